using System.Text;

namespace GlanceStore.Drivers.S3.Scripted;

[TestClass]
public sealed class S3CredentialTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task An_assumed_role_is_renewed_when_its_keys_run_out()
    {
        await using var server = new ScriptedS3();
        var assumed = 0;
        server.Script = request =>
        {
            if (request.Operation != "Sts")
            {
                return null;
            }

            Assert.Contains("Action=AssumeRole", Encoding.UTF8.GetString(request.Body));
            assumed++;
            return Keys(TimeSpan.FromMinutes(assumed == 1 ? 1 : 60)); // the first keys are about to run out when they come
        };
        await using var driver = new S3Driver(server.Options with { RoleArn = "arn:aws:iam::1:role/images", StsEndpoint = server.Endpoint });
        await using var store = new ImageStore("s", driver);
        for (var i = 0; i < 3; i++)
        {
            await store.PutAsync(ImageId.New(), new MemoryStream([1, 2, 3]), null, TestContext.CancellationToken);
        }

        Assert.AreEqual(2, assumed);
        Assert.AreEqual("token", server.Requests.Last(request => request.Operation == "Put").Header("x-amz-security-token"));
    }

    [TestMethod]
    public async Task A_session_token_goes_with_its_keys()
    {
        await using var server = new ScriptedS3();
        await using var store = new ImageStore("s", new S3Driver(server.Options with { SessionToken = "session-1" }));
        await store.PutAsync(ImageId.New(), new MemoryStream([1]), null, TestContext.CancellationToken);
        Assert.IsTrue(server.Requests.All(request => request.Header("x-amz-security-token") == "session-1"));
    }

    [TestMethod]
    public async Task The_keys_of_a_location_are_used_where_the_options_say_so()
    {
        await using var server = new ScriptedS3();
        await using var owner = new ImageStore("s", new S3Driver(server.Options with { LegacyUris = true }));
        var receipt = await owner.PutAsync(ImageId.New(), new MemoryStream([1, 2]), null, TestContext.CancellationToken);
        var uri = owner.GetFeature<ILegacyUri>()!.LegacyUriOf(receipt.Location);

        await using var reader = new ImageStore("r", new S3Driver(
            server.Options with { AccessKey = null, SecretKey = null, Credentials = S3CredentialSource.Location }));
        Assert.AreEqual(2, (await reader.FindAsync(reader.ParseLocation(uri), TestContext.CancellationToken))!.Size);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(
            () => reader.FindAsync(reader.ParseLocation(receipt.Location.Uri), TestContext.CancellationToken));
        Assert.AreEqual(StoreError.AccessDenied, error.Error);
    }

    private static ScriptedAnswer Keys(TimeSpan life) => ScriptedAnswer.Xml(200,
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>"
        + $"<AccessKeyId>{ScriptedS3.AccessKey}</AccessKeyId><SecretAccessKey>{ScriptedS3.SecretKey}</SecretAccessKey>"
        + $"<SessionToken>token</SessionToken><Expiration>{TimeProvider.System.GetUtcNow() + life:yyyy-MM-ddTHH:mm:ssZ}</Expiration>"
        + "</Credentials></AssumeRoleResult></AssumeRoleResponse>");
}
