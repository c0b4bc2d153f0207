using System.Text;

namespace GlanceStore.Drivers.S3.Scripted;

/// <summary>A part is not taken for the whole: the size of an image is learnt only from an answer that says so.</summary>
[TestClass]
public sealed class S3PartForWholeTests
{
    private readonly ScriptedS3 _server = new();

    public TestContext TestContext { get; set; } = null!;

    [TestCleanup]
    public async Task StopAsync() => await _server.DisposeAsync();

    [TestMethod]
    [DataRow(206, null, null)]
    [DataRow(206, "bytes 5-9/10", null)]
    [DataRow(206, "bytes 0-3/10", null)]
    [DataRow(206, "bytes 0-4/5000", "bytes=0-9")]
    [DataRow(206, "bytes 0-5/10", null)]
    [DataRow(206, "nonsense", null)]
    [DataRow(206, "bytes 0-4", null)]
    [DataRow(206, "bytes 0-4/4", null)]
    [DataRow(200, "bytes 0-4/10", "")]
    [DataRow(206, "bytes 0-4/10", "")]
    public async Task An_answer_that_does_not_say_that_it_is_the_range_asked_for_is_refused(int status, string? contentRange, string? asked)
    {
        var error = await OpenFailsAsync(Answer(status, "01234", contentRange), asked ?? "bytes=0-4");
        Assert.AreEqual(StoreError.Unsupported, error.Error, error.Message);
        Assert.Contains("other bytes than were asked for", error.Message);
    }

    [TestMethod]
    public async Task A_206_without_a_content_range_is_not_the_whole_image()
    {
        await using var store = new ImageStore("s", new S3Driver(_server.Options with { Integrity = S3Integrity.Sha256 }), new ImageStoreOptions { ChunkBytes = 64 << 10 });
        var receipt = await store.PutAsync(new ImageId("a"), new MemoryStream(new byte[300_000]), null, TestContext.CancellationToken);
        _server.Script = request => request.Operation == "Get" ? Answer(206, new string('x', 64 << 10), null) : null;
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => store.OpenReadAsync(receipt.Location, null, TestContext.CancellationToken));
        Assert.AreEqual(StoreError.Unsupported, error.Error);
    }

    [TestMethod]
    [DataRow("bytes=0-4", 200, null, 5L)]
    [DataRow("bytes=0-4", 200, null, 12L)]
    [DataRow("bytes=0-4", 206, "bytes 0-4/*", 12L)]
    [DataRow("bytes=0-4", 200, "bytes 0-4/12", 12L)]
    [DataRow("bytes=0-4", 206, "Bytes 0-4/12", 12L)]
    [DataRow("bytes=0-9", 200, null, 5L)]
    [DataRow("bytes=7-", 206, "bytes 7-11/*", 12L)]
    [DataRow("", 206, "bytes 0-4/5", 5L)]
    public async Task A_size_that_the_answer_leaves_open_is_looked_for_and_one_that_it_tells_is_taken(string asked, int status, string? contentRange, long size)
    {
        _server.Store("a", new byte[size]);
        var tag = (await FindAsync())!.VersionTag!;
        var answer = Answer(status, "01234", contentRange);
        answer.Headers["ETag"] = $"\"{tag}\"";
        _server.Script = request => request.Operation == "Get" ? answer : null;
        await using var driver = new S3Driver(_server.Options);
        await using var reader = await driver.OpenReadAsync(driver.LocationOf(new ImageId("a")), Intent(asked), TestContext.CancellationToken);
        Assert.AreEqual(size, reader.Object.Size);
        var buffer = new byte[10];
        Assert.AreEqual(5, await reader.ReadAtLeastAsync(buffer, TestContext.CancellationToken));
    }

    [TestMethod]
    [DataRow("gzip")]
    [DataRow("aws-chunked,gzip")]
    [DataRow("br")]
    public async Task An_encoding_that_nobody_asked_for_is_refused(string encoding)
    {
        var answer = Answer(206, "01234", "bytes 0-4/5");
        answer.Headers["Content-Encoding"] = encoding;
        var error = await OpenFailsAsync(answer, "bytes=0-4");
        Assert.AreEqual(StoreError.Unsupported, error.Error);
        Assert.Contains(encoding.Split(',')[^1], error.Message);
        Assert.DoesNotContain("aws-chunked", error.Message);
    }

    [TestMethod]
    [DataRow("aws-chunked")]
    [DataRow("identity")]
    [DataRow("aws-chunked,")]
    public async Task The_name_of_a_framing_that_is_gone_is_no_encoding(string encoding)
    {
        var answer = Answer(206, "01234", "bytes 0-4/5");
        answer.Headers["Content-Encoding"] = encoding;
        _server.Script = request => request.Operation == "Get" ? answer : null;
        await using var driver = new S3Driver(_server.Options);
        await using var reader = await driver.OpenReadAsync(driver.LocationOf(new ImageId("a")), Intent("bytes=0-4"), TestContext.CancellationToken);
        Assert.AreEqual(5, reader.Object.Size);
    }

    [TestMethod]
    [DataRow("HEAD")]
    [DataRow("GET")]
    public async Task A_length_that_chunks_make_void_is_not_the_size(string method)
    {
        const string Both = "HTTP/1.1 200 X\r\nETag: \"x\"\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n";
        using var server = new DyingServer(line => line.StartsWith("HEAD", StringComparison.Ordinal) ? Both : Both + "8\r\n01234567\r\n0\r\n\r\n");
        await using var driver = new S3Driver(server.Options);
        var location = driver.LocationOf(new ImageId("a"));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => method == "HEAD"
            ? driver.FindAsync(location, TestContext.CancellationToken).AsTask()
            : driver.OpenReadAsync(location, new ReadIntent(), TestContext.CancellationToken).AsTask());
        Assert.AreEqual(StoreError.Unsupported, error.Error);
    }

    // Anything may be an ETag (RFC 9110, 8.8.3); the SDK takes those without a dash for hexadecimal digits.
    [TestMethod]
    [DataRow("odd")]
    [DataRow("not hexadecimal")]
    [DataRow("0123456789abcdef0123456789abcdef")]
    public async Task A_whole_image_is_read_whatever_its_tag_looks_like(string tag)
    {
        var answer = Answer(200, "01234", null);
        answer.Headers["ETag"] = $"\"{tag}\"";
        _server.Script = request => request.Operation == "Get" ? answer : null;
        await using var driver = new S3Driver(_server.Options);
        await using var reader = await driver.OpenReadAsync(driver.LocationOf(new ImageId("a")), new ReadIntent(), TestContext.CancellationToken);
        Assert.AreEqual(tag, reader.Object.VersionTag);
        Assert.AreEqual(5, await reader.ReadAtLeastAsync(new byte[10], TestContext.CancellationToken));
    }

    private static ScriptedAnswer Answer(int status, string body, string? contentRange)
    {
        var answer = new ScriptedAnswer(status, Encoding.ASCII.GetBytes(body));
        answer.Headers["ETag"] = "\"x\"";
        if (contentRange is not null)
        {
            answer.Headers["Content-Range"] = contentRange;
        }

        return answer;
    }

    private static ReadIntent Intent(string asked)
    {
        var ends = asked.Replace("bytes=", "", StringComparison.Ordinal).Split('-');
        return asked.Length == 0 ? new ReadIntent()
            : new ReadIntent(ends[1].Length == 0 ? new ByteRange(long.Parse(ends[0], null)) : new ByteRange(long.Parse(ends[0], null), long.Parse(ends[1], null) - long.Parse(ends[0], null) + 1));
    }

    private async Task<StoredObject?> FindAsync()
    {
        await using var driver = new S3Driver(_server.Options);
        return await driver.FindAsync(driver.LocationOf(new ImageId("a")), TestContext.CancellationToken);
    }

    private async Task<StoreException> OpenFailsAsync(ScriptedAnswer answer, string asked)
    {
        _server.Script = request => request.Operation == "Get" ? answer : null;
        await using var driver = new S3Driver(_server.Options);
        return await Assert.ThrowsExactlyAsync<StoreException>(
            () => driver.OpenReadAsync(driver.LocationOf(new ImageId("a")), Intent(asked), TestContext.CancellationToken).AsTask());
    }
}

internal static class Readers
{
    /// <summary>Reads until the buffer is full or the range ends.</summary>
    public static async Task<int> ReadAtLeastAsync(this DriverReader reader, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = 0;
        while (count < buffer.Length && await reader.ReadAsync(buffer[count..], cancellationToken) is > 0 and var more)
        {
            count += more;
        }

        return count;
    }
}
