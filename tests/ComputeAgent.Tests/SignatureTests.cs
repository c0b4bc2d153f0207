using GlanceStore.ImageService.Tests;
using GlanceStore.Testing;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>Signed images: what is not as its signer signed it is handed to nobody.</summary>
[TestClass]
public sealed class SignatureTests
{
    private const int Size = (5 * Place.ChunkBytes) + 777;

    private readonly Guid _certificate = Guid.NewGuid();

    [TestMethod]
    public async Task What_its_signer_signed_is_handed_out_once_it_is_whole_and_anything_else_never()
    {
        using var place = new Place();
        using var signer = await SignerAsync(place);
        await using var agent = await RunningAgent.StartAsync(place, Settings(place));
        var bytes = SomeBytes.Of(Size);
        foreach (var (signed, isRight) in new[] { (bytes, true), (SomeBytes.Of(Size, 2), false) })
        {
            var id = await place.ImageAsync([.. bytes, .. isRight ? "a"u8 : "b"u8]);
            var signature = Json(await signer.SignAsync([.. signed, .. isRight ? "a"u8 : "b"u8], "sha256", "rsa_padding_mode:pss"));
            (await agent.Client.PutAsync($"/images/{id}", $$"""{"fetch": "when_used", "signature": {{signature}}}""")).Is(200);
            (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "nbd"}""")).Refuses(409, "NotReady", "none of its bytes can be verified");
            var image = await agent.Client.UntilAsync(id, isRight ? "ready" : "failed");
            Assert.AreEqual(isRight ? null : "Refused", (string?)image["error"]?["code"], image.ToJsonString());
            foreach (var kind in new[] { "nbd", "clone" })
            {
                var disk = await agent.Client.PostAsync($"/images/{id}/disks", $$"""{"kind": "{{kind}}"}""");
                _ = isRight ? disk.Is(201) : disk.Refuses(409, "NotReady", "signature");
            }
        }

        Assert.HasCount(1, (await agent.Client.GetAsync("/exports")).Json["exports"]!.AsArray());
    }

    [TestMethod]
    public async Task A_signature_that_is_asked_for_of_an_image_that_is_here_is_not_passed_over()
    {
        using var place = new Place();
        using var signer = await SignerAsync(place);
        await using var agent = await RunningAgent.StartAsync(place, Settings(place));
        var signature = Json(await signer.SignAsync(SomeBytes.Of(10), "sha256", "rsa_padding_mode:pss"));

        // By its receipt; by a source; and by a source that is away meanwhile.
        var ids = new List<ImageId>();
        for (var seed = 0; seed < 3; seed++)
        {
            var id = ImageId.New();
            ids.Add(id);
            var receipt = await place.StoreAsync(id, SomeBytes.Of(Size, seed));
            await place.TellAsync(id, receipt);
            await (seed == 0 ? agent.Client.PutImageAsync(id, receipt) : agent.Client.PutAsync($"/images/{id}"));
            await agent.Client.UntilAsync(id, "ready");
        }

        foreach (var id in ids)
        {
            if (id == ids[^1])
            {
                Directory.Delete(place.At("receipts"), recursive: true);
            }

            (await agent.Client.PutAsync($"/images/{id}", $$"""{"signature": {{signature}}}""")).Is(202);
            Assert.AreEqual("Refused", (string?)(await agent.Client.UntilAsync(id, "failed"))["error"]!["code"]);
        }
    }

    [TestMethod]
    [DataRow("certificate_uuid", "../../etc/passwd", "not a UUID")]
    [DataRow("certificate_uuid", "00000000-0000-0000-0000-000000000000", "no certificate")]
    [DataRow("hash_method", "MD5", "img_signature_hash_method is")]
    [DataRow("key_type", "DSA", "no key of the type DSA")]
    [DataRow("signature", "?", "not Base64")]
    public async Task A_signature_that_cannot_be_checked_is_refused(string name, string value, string words)
    {
        using var place = new Place();
        using var signer = await SignerAsync(place);
        await using var agent = await RunningAgent.StartAsync(place, Settings(place));
        var bytes = SomeBytes.Of(Size);
        var id = await place.ImageAsync(bytes);
        var signature = System.Text.Json.Nodes.JsonNode.Parse(Json(await signer.SignAsync(bytes, "sha256", "rsa_padding_mode:pss")))!;
        signature[name] = value;
        (await agent.Client.PutAsync($"/images/{id}", $$"""{"signature": {{signature.ToJsonString()}}}""")).Is(202);
        var image = await agent.Client.UntilAsync(id, "failed");
        Assert.AreEqual("Refused", (string?)image["error"]!["code"], image.ToJsonString());
        Assert.Contains(words, (string)image["error"]!["detail"]!);
    }

    [TestMethod]
    public async Task Where_signatures_are_required_an_image_without_one_is_refused_and_so_is_one_from_before()
    {
        using var place = new Place();
        ImageId[] ids = [await place.ImageAsync(SomeBytes.Of(Size, 1)), await place.ImageAsync(SomeBytes.Of(Size, 2))];
        await using (var before = await RunningAgent.StartAsync(place))
        {
            await before.Client.PutAsync($"/images/{ids[0]}");
            await before.Client.UntilAsync(ids[0], "ready");
        }

        await using var agent = await RunningAgent.StartAsync(place, [.. Settings(place), "ComputeAgent:Signatures:Require=true"]);
        (await agent.Client.PutAsync($"/images/{ids[1]}")).Is(202);
        foreach (var id in ids)
        {
            var image = await agent.Client.UntilAsync(id, "failed");
            Assert.AreEqual("Refused", (string?)image["error"]!["code"], image.ToJsonString());
            (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "nbd"}""")).Refuses(409, "NotReady", "not signed");
        }
    }

    [TestMethod]
    public async Task A_signed_image_that_had_to_make_room_is_no_export_before_all_of_it_is_here_again()
    {
        using var place = new Place();
        using var signer = await SignerAsync(place);
        await using var server = await SlowServer.StartAsync(free: 0);
        server.GoOn();
        string[] settings = [.. Settings(place), .. server.Settings];
        var (id, bytes) = (ImageId.New(), SomeBytes.Of(Size));
        var receipt = server.Add("image", bytes, await place.StoreAsync(id, bytes));
        await using (var agent = await RunningAgent.StartAsync(place, settings))
        {
            await agent.Client.PutImageAsync(id, receipt, $$""", "signature": {{Json(await signer.SignAsync(bytes, "sha256", "rsa_padding_mode:pss"))}}""");
            await agent.Client.UntilAsync(id, "ready");
            await agent.Agent.Cache.EvictAsync(0);
            server.Pause();
            var before = AskedOf(server);
            var disk = agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "nbd", "id": "d"}""");
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            while (AskedOf(server) == before)
            {
                Assert.IsFalse(disk.IsCompleted, "It was made of an image of which nothing is here.");
                await Task.Delay(20, limit.Token);
            }

            Assert.AreEqual("""{"exports":[]}""", (await agent.Client.GetAsync("/exports")).Text);
            server.GoOn();
            Assert.AreSequenceEqual(bytes, await Tools.CopyAsync((await disk).Is(201)["uri"]!, place.Root));
        }

        server.Pause();
        Directory.Delete(place.At("agent/cache"), recursive: true);
        await using var next = await RunningAgent.StartAsync(place, settings);
        await next.Client.UntilAsync(id, "downloading");
        Assert.AreEqual("waiting", (await next.Client.GetAsync("/disks/d"))["state"]);
        Assert.AreEqual("""{"exports":[]}""", (await next.Client.GetAsync("/exports")).Text);
        server.GoOn();
        Assert.AreSequenceEqual(bytes, await Tools.CopyAsync((string)(await next.Client.UntilDiskIsReadyAsync("d"))["uri"]!, place.Root));
    }

    [TestMethod]
    public async Task Where_signatures_are_required_an_export_from_before_of_an_image_without_one_is_served_no_more()
    {
        using var place = new Place();
        var id = await place.ImageAsync(SomeBytes.Of(Size));
        await using (var before = await RunningAgent.StartAsync(place))
        {
            await before.Client.PutAsync($"/images/{id}");
            await before.Client.UntilAsync(id, "ready");
            (await before.Client.PostAsync($"/images/{id}/disks", """{"kind": "nbd", "id": "d"}""")).Is(201);
        }

        await using var agent = await RunningAgent.StartAsync(place, [.. Settings(place), "ComputeAgent:Signatures:Require=true"]);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        Answer disk;
        while ((disk = (await agent.Client.GetAsync("/disks/d")).Is(200))["error"] is null)
        {
            Assert.AreEqual("waiting", disk["state"]);
            await Task.Delay(20, limit.Token);
        }

        Assert.Contains("not signed", disk["error"]!);
        Assert.AreEqual("""{"exports":[]}""", (await agent.Client.GetAsync("/exports")).Text);
        (await agent.Client.DeleteAsync("/disks/d")).Is(204);
        (await agent.Client.DeleteAsync($"/images/{id}")).Is(204);
    }

    private static int AskedOf(SlowServer server)
    {
        lock (server.Asked)
        {
            return server.Asked.Count;
        }
    }

    private async Task<Signer> SignerAsync(Place place)
    {
        var signer = await Signer.CreateAsync();
        Directory.CreateDirectory(place.At("certificates"));
        await File.WriteAllBytesAsync(place.At($"certificates/{_certificate:D}.pem"), signer.Certificate);
        return signer;
    }

    private static string[] Settings(Place place)
    {
        Directory.CreateDirectory(place.At("certificates"));
        return [$"ComputeAgent:Signatures:Certificates={place.At("certificates")}"];
    }

    private string Json(string signature) =>
        $$"""{"hash_method": "SHA-256", "key_type": "RSA-PSS", "signature": "{{signature}}", "certificate_uuid": "{{_certificate:D}}"}""";
}
