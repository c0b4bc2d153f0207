using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using GlanceStore.Drivers.Testing;
using GlanceStore.Testing;

namespace GlanceStore.ImageService.Tests;

/// <summary>Signed images: refused where the signature does not fit, whichever way they come, and stored nowhere then.</summary>
[TestClass]
public sealed class SignatureTests
{
    private const string Pss = "rsa_padding_mode:pss";
    private const string Formats = "\"disk_format\": \"raw\", \"container_format\": \"bare\"";
    private static readonly byte[] Data = SomeBytes.Of(300_000);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("certificates-");
    private readonly Guid _certificate = Guid.NewGuid();

    [TestCleanup]
    public void Remove() => _folder.Delete(recursive: true);

    [TestMethod]
    public async Task What_its_signer_signed_is_stored_and_anything_else_is_400_and_nowhere()
    {
        using var signer = await SignerAsync();
        await using var service = await StartAsync();
        var members = Members(await signer.SignAsync(Data, "sha256", Pss));
        var id = await service.Client.CreateAsync(members);
        (await service.Client.UploadAsync(id, SomeBytes.Of(300_000, 2))).Refuses(400, "signature");
        Assert.AreEqual("queued", await service.Client.StatusOfAsync(id));
        Assert.IsEmpty(service.StoredIn("fast"));
        (await service.Client.UploadAsync(id, Data)).Is(204);
        Assert.AreSequenceEqual(Data, (await service.Client.DownloadAsync(id)).Is(200).Body);
        Assert.AreEqual("SHA-256", (await service.Client.GetAsync($"/v2/images/{id}"))["img_signature_hash_method"]);
    }

    [TestMethod]
    public async Task Three_of_the_four_properties_are_no_signature()
    {
        await using var service = await StartAsync();
        await service.Client.StoreAsync(Data, $"{Formats}, \"img_signature\": \"AAAA\", \"img_signature_hash_method\": \"SHA-256\", \"img_signature_key_type\": \"RSA-PSS\"");
    }

    [TestMethod]
    [DataRow("img_signature_certificate_uuid", "../../etc/passwd", "not a UUID")]
    [DataRow("img_signature_certificate_uuid", "00000000-0000-0000-0000-000000000000", "no certificate 00000000-0000-0000-0000-000000000000")]
    [DataRow("img_signature_hash_method", "MD5", "img_signature_hash_method is")]
    [DataRow("img_signature_key_type", "DSA", "no key of the type DSA")]
    [DataRow("img_signature_key_type", "ECC_SECP384R1", "no key of the type ECC_SECP384R1")]
    [DataRow("img_signature_certificate_uuid", "/etc/ssl/private", "not a UUID")]
    [DataRow("img_signature", "?", "not Base64")]
    public async Task A_property_that_cannot_be_of_a_signature_is_400_and_the_image_waits_for_its_data(string name, string value, string words)
    {
        using var signer = await SignerAsync();
        await using var service = await StartAsync();
        var id = await service.Client.CreateAsync(Members(await signer.SignAsync(Data, "sha256", Pss)));
        (await service.Client.PatchAsync(id, $$"""[{"op": "replace", "path": "/{{name}}", "value": "{{value}}"}]""")).Is(200);
        (await service.Client.UploadAsync(id, Data)).Refuses(400, words);
        Assert.AreEqual("queued", await service.Client.StatusOfAsync(id));
        Assert.IsEmpty(service.StoredIn("fast"));
    }

    [TestMethod]
    public async Task An_image_by_a_certificate_that_has_expired_or_is_not_valid_yet_is_refused()
    {
        await using var service = await StartAsync();
        foreach (var days in new[] { -2, 1 })
        {
            using var key = RSA.Create(2048);
            var from = DateTimeOffset.UtcNow.AddDays(days);
            using var certificate = new CertificateRequest("CN=signer", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(from, from.AddDays(1));
            await File.WriteAllBytesAsync(Path.Combine(_folder.FullName, $"{_certificate}.der"), certificate.RawData);
            var id = await service.Client.CreateAsync(Members("AAAA"));
            (await service.Client.UploadAsync(id, Data)).Refuses(400, "valid from");
        }
    }

    [TestMethod]
    public async Task What_was_staged_is_held_against_the_signature_that_the_image_has_when_it_is_imported()
    {
        using var signer = await SignerAsync();
        await using var service = await StartAsync("ImageService:Conversion=raw");
        foreach (var (signed, status) in new[] { (Data, "active"), (SomeBytes.Of(10), "queued") })
        {
            var id = await service.Client.CreateAsync(Members(await signer.SignAsync(signed, "sha256", Pss)));
            (await Imports.StageAsync(service.Client, id, Data)).Is(204);
            (await service.Client.PostAsync($"/v2/images/{id}/import", Imports.Direct)).Is(202);
            await Imports.EndAsync(service, id);
            Assert.AreEqual(status, await service.Client.StatusOfAsync(id));
        }

        Assert.HasCount(1, service.StoredIn("fast"));
    }

    [TestMethod]
    public async Task A_signed_image_is_stored_as_it_was_signed_where_others_are_converted()
    {
        using var signer = await SignerAsync();
        await using var service = await StartAsync("ImageService:Conversion=raw");
        var image = Qcow2.Empty(1 << 20);
        var id = await service.Client.CreateAsync(Members(await signer.SignAsync(image, "sha256", Pss)).Replace("\"raw\"", "\"qcow2\"", StringComparison.Ordinal));
        (await Imports.StageAsync(service.Client, id, image)).Is(204);
        (await service.Client.PostAsync($"/v2/images/{id}/import", Imports.Direct)).Is(202);
        await Imports.EndAsync(service, id);
        Assert.AreEqual("qcow2", (await service.Client.GetAsync($"/v2/images/{id}"))["disk_format"]);
        Assert.AreSequenceEqual(image, (await service.Client.DownloadAsync(id)).Is(200).Body);
        (await service.Client.PostAsync($"/v2/images/{id}/actions/convert", """{"disk_format": "raw"}""")).Refuses(409, "signed");
    }

    [TestMethod]
    public async Task What_lies_at_a_location_is_held_against_the_signature_before_it_is_the_image_s()
    {
        using var signer = await SignerAsync();
        await using var service = await StartAsync("ImageService:ShowMultipleLocations=true");
        foreach (var (signed, status) in new[] { (SomeBytes.Of(10), 400), (Data, 200) })
        {
            var id = await service.Client.CreateAsync(Members(await signer.SignAsync(signed, "sha256", Pss)));
            var url = $"file://{service.At("cold")}/{id}";
            await File.WriteAllBytesAsync(service.At($"cold/{id}"), Data);
            (await service.Client.PatchAsync(id, $$$$"""[{"op": "add", "path": "/locations/-", "value": {"url": "{{{{url}}}}", "metadata": {}}}]""")).Is(status);
            Assert.AreEqual(status == 200 ? "active" : "queued", await service.Client.StatusOfAsync(id));
        }
    }

    [TestMethod]
    public async Task While_barbican_is_away_a_signed_image_is_503_and_waits_for_its_data()
    {
        using var signer = await SignerAsync();
        using var keystone = new LoopbackHttp(KeystoneAsync);
        await using var service = await StartWithAsync(keystone.Url, "http://127.0.0.1:1");
        var client = service.ClientOf("anybody");
        var id = await client.CreateAsync(Members("AAAA"));
        (await client.UploadAsync(id, Data)).Refuses(503, "Barbican");
        Assert.AreEqual("queued", await client.StatusOfAsync(id));
        Assert.IsEmpty(service.StoredIn("fast"));
        await client.StoreAsync(Data);
    }

    [TestMethod]
    public async Task Barbican_is_asked_with_the_services_token_which_is_renewed_once_it_is_refused()
    {
        using var signer = await SignerAsync();
        var (logins, asked) = (0, new List<string>());
        using var openstack = new LoopbackHttp(async context =>
        {
            var (request, response) = (context.Request, context.Response);
            switch (request.Url!.AbsolutePath)
            {
                case "/v3/auth/tokens":
                    await KeystoneAsync(context, request.HttpMethod == "POST" ? ++logins : logins);
                    return;
                case var path when path == $"/v1/secrets/{_certificate:D}/payload":
                    asked.Add($"{request.Headers["X-Auth-Token"]} {request.Headers["Accept"]}");
                    response.StatusCode = request.Headers["X-Auth-Token"] == "token-1" ? 401 : request.Headers["Accept"] == "text/plain" ? 200 : 406;
                    if (response.StatusCode == 200)
                    {
                        await response.OutputStream.WriteAsync(signer.Certificate);
                    }

                    break;
                case var path when path.Contains("eeeeeeee", StringComparison.Ordinal):
                    response.StatusCode = 302;
                    response.RedirectLocation = "http://127.0.0.1:1/";
                    break;
                case var path when path.Contains("ffffffff", StringComparison.Ordinal):
                    response.StatusCode = 403;
                    break;
                default:
                    response.StatusCode = 404;
                    break;
            }

            response.Close();
        });
        await using var service = await StartWithAsync(openstack.Url, openstack.Url);
        var client = service.ClientOf("anybody");
        var id = await client.CreateAsync(Members(await signer.SignAsync(Data, "sha256", Pss)));
        (await client.UploadAsync(id, Data)).Is(204);
        Assert.AreEqual("token-1 application/octet-stream, token-2 application/octet-stream, token-2 text/plain", string.Join(", ", asked));
        foreach (var (certificate, status, words) in new[]
        {
            ("ffffffff-0000-0000-0000-000000000000", 400, "may not read"),
            ("eeeeeeee-0000-0000-0000-000000000000", 503, "answers 302"),
            ("00000000-0000-0000-0000-000000000000", 400, "no certificate"),
        })
        {
            var other = await client.CreateAsync(Members("AAAA").Replace(_certificate.ToString(), certificate, StringComparison.Ordinal));
            (await client.UploadAsync(other, Data)).Refuses(status, words);
            Assert.AreEqual("queued", await client.StatusOfAsync(other));
        }
    }

    [TestMethod]
    [DataRow("ImageService:Signatures:Certificates=/no/such/folder", "no/such/folder")]
    [DataRow("ImageService:Signatures:Barbican=https://barbican.example.org", "takes Auth:Mode keystone")]
    [DataRow("ImageService:Signatures:Barbican=barbican", "is the address of Barbican")]
    [DataRow("ImageService:Conversion=floppy", "Conversion is one of raw")]
    [DataRow("ImageService:Conversion=qcow2", "StagingDirectory")]
    public async Task Settings_that_cannot_be_meant_are_told_before_it_starts(string setting, string words)
    {
        var e = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => RunningService.StartAsync(setting));
        Assert.Contains(words, e.Message);
    }

    private async Task<Signer> SignerAsync()
    {
        var signer = await Signer.CreateAsync();
        await File.WriteAllBytesAsync(Path.Combine(_folder.FullName, $"{_certificate}.pem"), signer.Certificate);
        return signer;
    }

    private Task<RunningService> StartAsync(params string[] settings) =>
        RunningService.StartAsync([$"ImageService:Signatures:Certificates={_folder.FullName}", .. settings]);

    private static Task<RunningService> StartWithAsync(string keystone, string barbican) => RunningService.StartAsync(
        "ImageService:Auth:Mode=keystone", $"ImageService:Auth:Keystone:Url={keystone}", "ImageService:Auth:Keystone:Username=glance", "ImageService:Auth:Keystone:Password=p",
        $"ImageService:Signatures:Barbican={barbican}");

    private static Task KeystoneAsync(HttpListenerContext context) => KeystoneAsync(context, 1);

    // Gives a token for every login, and knows everybody.
    private static async Task KeystoneAsync(HttpListenerContext context, int login)
    {
        var response = context.Response;
        if (context.Request.HttpMethod == "POST")
        {
            response.StatusCode = 201;
            response.Headers["X-Subject-Token"] = $"token-{login}";
        }
        else
        {
            await response.OutputStream.WriteAsync("""{"token": {"user": {"id": "u"}, "project": {"id": "p"}, "roles": [{"name": "member"}], "expires_at": "2099-01-01T00:00:00Z"}}"""u8.ToArray());
        }

        response.Close();
    }

    private string Members(string signature) =>
        $"{Formats}, \"img_signature\": \"{signature}\", \"img_signature_hash_method\": \"SHA-256\", \"img_signature_key_type\": \"RSA-PSS\", \"img_signature_certificate_uuid\": \"{_certificate}\"";
}
