using System.Text;
using Microsoft.Extensions.Time.Testing;

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
    public async Task A_token_service_that_hangs_does_not_outlast_a_cancellation()
    {
        await using var server = new ScriptedS3();
        var asked = new TaskCompletionSource();
        var never = new TaskCompletionSource();
        server.Script = request =>
        {
            asked.TrySetResult();
            return Keys(TimeSpan.FromHours(1)) with { Before = never.Task };
        };
        await using var store = new ImageStore("s", new S3Driver(server.Options with { RoleArn = "arn:aws:iam::1:role/images", StsEndpoint = server.Endpoint }));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.CancellationToken);
        var put = store.PutAsync(ImageId.New(), new MemoryStream([1]), null, cancel.Token);
        await asked.Task.WaitAsync(TestContext.CancellationToken);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => put.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System));
        never.SetResult();
    }

    [TestMethod]
    public async Task A_token_service_that_hangs_is_asked_again_and_the_store_goes_on()
    {
        await using var server = new ScriptedS3();
        var time = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        var never = new TaskCompletionSource();
        server.Script = request =>
        {
            if (request.Operation != "Sts")
            {
                return null;
            }

            return asked.TrySetResult() ? Keys(TimeSpan.FromHours(1)) with { Before = never.Task } : Keys(TimeSpan.FromHours(1));
        };
        await using var driver = new S3Driver(server.Options with { RoleArn = "arn:aws:iam::1:role/images", StsEndpoint = server.Endpoint }, null, time);
        var location = driver.LocationOf(new ImageId("a"));
        var first = driver.FindAsync(location, TestContext.CancellationToken).AsTask();
        await asked.Task.WaitAsync(TestContext.CancellationToken);
        time.Advance(TimeSpan.FromMinutes(1));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => first.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System));
        Assert.IsTrue(error.IsTransient, error.Message);
        Assert.IsNull(await driver.FindAsync(location, TestContext.CancellationToken));
        never.SetResult();
    }

    [TestMethod]
    public async Task Credentials_that_are_not_there_yet_are_found_when_they_are()
    {
        await using var server = new ScriptedS3();
        await using var driver = new S3Driver(server.Options with { AccessKey = null, SecretKey = null });
        var location = driver.LocationOf(new ImageId("a"));
        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
        Environment.SetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
        try
        {
            var error = await Assert.ThrowsExactlyAsync<StoreException>(async () => await driver.FindAsync(location, TestContext.CancellationToken));
            Assert.AreEqual(StoreError.NotAuthenticated, error.Error, error.Message);
            Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", ScriptedS3.AccessKey);
            Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", ScriptedS3.SecretKey);
            Assert.IsNull(await driver.FindAsync(location, TestContext.CancellationToken));
        }
        finally
        {
            foreach (var name in (string[])["AWS_EC2_METADATA_DISABLED", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
            {
                Environment.SetEnvironmentVariable(name, null);
            }
        }
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

    [TestMethod]
    public async Task Locations_with_ever_new_keys_do_not_fill_the_memory()
    {
        await using var server = new ScriptedS3();
        await using var driver = new S3Driver(server.Options with { AccessKey = null, SecretKey = null, Credentials = S3CredentialSource.Location });
        var place = driver.LocationOf(new ImageId("a")).Uri["s3://".Length..];
        for (var i = 0; i < 100; i++)
        {
            var error = await Assert.ThrowsExactlyAsync<StoreException>(
                () => driver.FindAsync(driver.ParseLocation($"s3://AK{i}:SK@{place}"), TestContext.CancellationToken).AsTask());
            Assert.AreEqual(StoreError.NotAuthenticated, error.Error);
            Assert.IsLessThanOrEqualTo(32, driver.KeysHeld);
        }
    }

    private static ScriptedAnswer Keys(TimeSpan life) => ScriptedAnswer.Xml(200,
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>"
        + $"<AccessKeyId>{ScriptedS3.AccessKey}</AccessKeyId><SecretAccessKey>{ScriptedS3.SecretKey}</SecretAccessKey>"
        + $"<SessionToken>token</SessionToken><Expiration>{TimeProvider.System.GetUtcNow() + life:yyyy-MM-ddTHH:mm:ssZ}</Expiration>"
        + "</Credentials></AssumeRoleResult></AssumeRoleResponse>");
}
