namespace GlanceStore.Drivers.S3.Scripted;

/// <summary>What the server says of its refusal reaches whoever asked, and nothing of it that should not.</summary>
[TestClass]
public sealed class S3WordsTests
{
    private readonly ScriptedS3 _server = new();

    public TestContext TestContext { get; set; } = null!;

    [TestCleanup]
    public async Task StopAsync() => await _server.DisposeAsync();

    [TestMethod]
    public async Task The_servers_own_explanation_is_shown()
    {
        var error = await PutFailsAsync(Error(400, "InvalidRequest", "this bucket has Object Lock: send Content-MD5 or a checksum header"));
        Assert.AreEqual(StoreError.Unsupported, error.Error);
        Assert.Contains("(400 InvalidRequest: this bucket has Object Lock: send Content-MD5 or a checksum header)", error.Message);
        Assert.Contains("set Integrity to Md5 or Crc32", error.Message);
        var odd = await PutFailsAsync(Error(400, "InvalidRequest", "not on Sundays"));
        Assert.DoesNotContain("Object Lock", odd.Message, "Nothing in the answer speaks of it.");
        Assert.Contains("ask the probe", odd.Message);
    }

    [TestMethod]
    public async Task Control_characters_secrets_and_the_rest_of_a_long_speech_are_left_out()
    {
        var error = await PutFailsAsync(Error(400, "Odd\u001b[31m", $"no\r\n\u001b[2Jwith {ScriptedS3.SecretKey} and {ScriptedS3.AccessKey}, signature=0123456789abcdef {new string('x', 5000)}"));
        Assert.IsFalse(error.Message.Any(char.IsControl), error.Message);
        Assert.DoesNotContain(ScriptedS3.SecretKey, error.Message);
        Assert.DoesNotContain(ScriptedS3.AccessKey, error.Message);
        Assert.DoesNotContain("0123456789abcdef", error.Message);
        Assert.IsLessThan(600, error.Message.Length);
    }

    [TestMethod]
    public async Task Keys_of_a_letter_do_not_take_the_letters_out_of_what_the_server_says()
    {
        _server.Script = _ => Error(400, "InvalidRequest", "this bucket takes signed requests only");
        await using var driver = new S3Driver(_server.Options with { AccessKey = "k", SecretKey = "s" });
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => RunAsync(driver, "Put"));
        Assert.Contains("(400 InvalidRequest: this bucket takes signed requests only)", error.Message);
    }

    [TestMethod]
    public async Task A_page_of_what_stands_between_is_shown_as_its_words()
    {
        var answer = new ScriptedAnswer(502, "<html><head><title>502 Bad Gateway</title></head><body>no backend <b>today</b></body></html>"u8.ToArray());
        Assert.DoesNotContain("<", (await PutFailsAsync(answer)).Message);
    }

    [TestMethod]
    [DataRow(301)]
    [DataRow(302)]
    [DataRow(307)]
    [DataRow(308)]
    public async Task A_redirect_is_not_followed_and_says_where_the_bucket_is(int status)
    {
        var answer = new ScriptedAnswer(status, []);
        answer.Headers["Location"] = "http://elsewhere.example.org:9000/scripted/a?X-Amz-Signature=0123456789";
        foreach (var operation in (string[])["Put", "Get", "Head", "Delete", "Begin"])
        {
            _server.Script = request => request.Operation == operation || (operation == "Head" && request.Operation == "Get") ? answer : null;
            _server.Store("a", [1]);
            await using var driver = new S3Driver(_server.Options);
            var error = await Assert.ThrowsExactlyAsync<StoreException>(() => RunAsync(driver, operation));
            Assert.AreEqual(StoreError.InvalidConfiguration, error.Error, error.Message);
            Assert.Contains("http://elsewhere.example.org:9000", error.Message);
            Assert.DoesNotContain("Signature", error.Message);
        }
    }

    [TestMethod]
    [DataRow("/relative/place")]
    [DataRow("")]
    public async Task A_redirect_to_nowhere_is_an_error_that_is_understood(string location)
    {
        var answer = new ScriptedAnswer(307, []);
        answer.Headers["Location"] = location;
        Assert.AreEqual(StoreError.InvalidConfiguration, (await PutFailsAsync(answer)).Error);
    }

    [TestMethod]
    public async Task A_part_that_is_taken_without_an_ETag_is_told_of_at_once()
    {
        _server.Script = request => request.Operation == "Part" ? new ScriptedAnswer(200, []) : null;
        await using var store = new ImageStore("s", new S3Driver(_server.Options with { Integrity = S3Integrity.Sha256 }), new ImageStoreOptions { ChunkBytes = 64 << 10 });
        var error = await Assert.ThrowsExactlyAsync<StoreException>(
            () => store.PutAsync(new ImageId("a"), new MemoryStream(new byte[200_000]), null, TestContext.CancellationToken));
        Assert.AreEqual(StoreError.Unsupported, error.Error);
        Assert.Contains("ETag", error.Message);
        Assert.IsEmpty(_server.Everything);
    }

    private static ScriptedAnswer Error(int status, string code, string message) =>
        ScriptedAnswer.Xml(status, $"<Error><Code>{Escape(code)}</Code><Message>{Escape(message)}</Message></Error>");

    // What XML 1.0 cannot hold goes as it is: that is what such a server sends.
    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    private async Task<StoreException> PutFailsAsync(ScriptedAnswer answer)
    {
        _server.Script = request => request.Operation == "Put" ? answer : null;
        await using var driver = new S3Driver(_server.Options);
        return await Assert.ThrowsExactlyAsync<StoreException>(() => RunAsync(driver, "Put"));
    }

    private async Task RunAsync(S3Driver driver, string operation)
    {
        var (id, token) = (new ImageId("a"), TestContext.CancellationToken);
        var location = driver.LocationOf(id);
        switch (operation)
        {
            case "Put":
                await using (var store = new ImageStore("s", driver, new ImageStoreOptions { MaxAttempts = 1 }))
                {
                    await store.PutAsync(id, new MemoryStream([1]), new PutOptions { Mode = WriteMode.Replace }, token);
                }

                return;
            case "Get":
                await driver.OpenReadAsync(location, new ReadIntent(), token);
                return;
            case "Head":
                await driver.FindAsync(location, token);
                return;
            case "Delete":
                await driver.DeleteAsync(location, new DeleteIntent(), token);
                return;
            default:
                await driver.OpenWriteAsync(id, new WriteIntent(WriteMode.Replace, null), token);
                return;
        }
    }
}
