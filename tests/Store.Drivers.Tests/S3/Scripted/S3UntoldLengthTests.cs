using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GlanceStore.Drivers.S3.Scripted;

/// <summary>What stands between a store and its server may take the length out of an answer; without it nobody knows where the image ends.</summary>
[TestClass]
public sealed class S3UntoldLengthTests
{
    private const string Chunked = "HTTP/1.1 200 OK\r\nETag: \"x\"\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    private const string UntilClosed = "HTTP/1.1 200 OK\r\nETag: \"x\"\r\nConnection: close\r\n\r\nhello";
    private const string ChunkedPart =
        "HTTP/1.1 206 Partial Content\r\nETag: \"x\"\r\nContent-Range: bytes 0-4/5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(Chunked)]
    [DataRow(UntilClosed)]
    public Task An_image_that_is_found_without_its_length_is_not_taken_for_an_empty_one(string answer) =>
        AssertUnsupportedAsync(answer[..(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)],
            (driver, location) => driver.FindAsync(location, TestContext.CancellationToken).AsTask());

    [TestMethod]
    [DataRow(Chunked)]
    [DataRow(UntilClosed)]
    [DataRow(ChunkedPart)]
    public Task An_image_that_is_read_without_its_length_is_refused_and_says_why(string answer) =>
        AssertUnsupportedAsync(answer, (driver, location) =>
            driver.OpenReadAsync(location, new ReadIntent(new ByteRange(0, 5)), TestContext.CancellationToken).AsTask());

    private static async Task AssertUnsupportedAsync(string answer, Func<S3Driver, ImageLocation, Task> call)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = AnswerAsync(listener, answer);
        await using var driver = new S3Driver(new S3DriverOptions
        {
            Endpoint = $"http://{listener.LocalEndpoint}", Bucket = "images", AccessKey = "AK", SecretKey = "SK",
        });
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => call(driver, driver.LocationOf(new ImageId("a"))));
        Assert.AreEqual(StoreError.Unsupported, error.Error, error.Message);
        await serving;
    }

    private static async Task AnswerAsync(TcpListener listener, string answer)
    {
        using var connection = await listener.AcceptTcpClientAsync();
        await connection.GetStream().ReadAtLeastAsync(new byte[64 << 10], 1);
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
    }
}
