using System.Net.Sockets;
using System.Security.Authentication;

namespace GlanceStore.Drivers.Http.Tests;

[TestClass]
public sealed class ErrorTests
{
    private static readonly ImageLocation Location = new("http://h/x", null);

    [TestMethod]
    [DataRow(400, StoreError.Unavailable, false)]
    [DataRow(401, StoreError.NotAuthenticated, false)]
    [DataRow(402, StoreError.AccessDenied, false)]
    [DataRow(403, StoreError.AccessDenied, false)]
    [DataRow(404, StoreError.NotFound, false)]
    [DataRow(405, StoreError.Unsupported, false)]
    [DataRow(407, StoreError.NotAuthenticated, false)]
    [DataRow(408, StoreError.Unavailable, true)]
    [DataRow(410, StoreError.NotFound, false)]
    [DataRow(412, StoreError.Changed, false)]
    [DataRow(416, StoreError.InvalidRange, false)]
    [DataRow(418, StoreError.Unavailable, false)]
    [DataRow(425, StoreError.Unavailable, true)]
    [DataRow(429, StoreError.Throttled, true)]
    [DataRow(451, StoreError.AccessDenied, false)]
    [DataRow(500, StoreError.Unavailable, true)]
    [DataRow(501, StoreError.Unsupported, false)]
    [DataRow(502, StoreError.Unavailable, true)]
    [DataRow(503, StoreError.Unavailable, true)]
    [DataRow(504, StoreError.Unavailable, true)]
    [DataRow(505, StoreError.Unavailable, false)]
    public async Task Every_status_has_its_error(int status, StoreError error, bool isTransient)
    {
        await using var server = new ScriptedServer(_ => Reply.Status(status, "X-Request-Id: req-7", "Retry-After: 3"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        var e = await Drivers.FailsAsync(error, () => driver.ReadAllAsync(server.Url));
        Assert.AreEqual((isTransient, "req-7"), (e.IsTransient, e.RequestId));
        Assert.AreEqual(isTransient ? TimeSpan.FromSeconds(3) : null, e.RetryAfter);
    }

    [TestMethod]
    [DataRow("999999", 60)]
    [DataRow("Sun, 01 Nov 2026 10:00:00 GMT", 0)]
    [DataRow("soon", null)]
    public async Task A_server_cannot_ask_to_wait_for_ever_or_not_to_be_understood(string header, int? seconds)
    {
        await using var server = new ScriptedServer(_ => Reply.Status(503, $"Retry-After: {header}"));
        await using var driver = new HttpDriver(Drivers.Loopback);
        var e = await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync(server.Url));
        Assert.AreEqual(seconds, (int?)e.RetryAfter?.TotalSeconds);
    }

    [TestMethod]
    [DynamicData(nameof(Failures))]
    public void Every_failure_of_the_connection_has_its_error(Exception failure, StoreError error, bool isTransient)
    {
        var e = HttpErrors.Of(Location, failure);
        Assert.AreEqual((error, isTransient), (e.Error, e.IsTransient), e.Message);
        Assert.AreSame(failure, e.InnerException);
    }

    [TestMethod]
    public async Task A_server_that_is_down_is_a_passing_error()
    {
        string url;
        await using (var server = new ScriptedServer(_ => Reply.Status(200)))
        {
            url = server.Url;
        }

        await using var driver = new HttpDriver(Drivers.Loopback);
        var e = await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync(url));
        Assert.IsTrue(e.IsTransient);
        StringAssert.Contains(e.Message, "takes no connections");
    }

    [TestMethod]
    public async Task A_server_that_closes_without_a_word_is_a_passing_error()
    {
        await using var server = new ScriptedServer(_ => new Reply("", [], Then.Close));
        await using var driver = new HttpDriver(Drivers.Loopback);
        var e = await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync(server.Url));
        Assert.IsTrue(e.IsTransient);
    }

    [TestMethod]
    [DataRow("SSH-2.0-OpenSSH_9.2\r\n")]
    [DataRow("HTTP/1.1 999999 What\r\n\r\n")]
    [DataRow("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n")]
    [DataRow("HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n")]
    public async Task A_server_that_does_not_speak_HTTP_is_an_error(string answer)
    {
        await using var server = new ScriptedServer(_ => new Reply(answer, [], Then.Close));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await Assert.ThrowsExactlyAsync<StoreException>(() => driver.ReadAllAsync(server.Url));
    }

    [TestMethod]
    public async Task Headers_without_end_are_an_error()
    {
        await using var server = new ScriptedServer(_ =>
            new Reply("HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("X-More: more and more of it\r\n", 10_000)), [], Then.Close));
        await using var driver = new HttpDriver(Drivers.Loopback);
        await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync(server.Url));
    }

    public static IEnumerable<object[]> Failures =>
    [
        [Wrapped(new SocketException((int)SocketError.HostNotFound)), StoreError.Unavailable, false],
        [Wrapped(new SocketException((int)SocketError.TryAgain)), StoreError.Unavailable, true],
        [Wrapped(new SocketException((int)SocketError.ConnectionRefused)), StoreError.Unavailable, true],
        [Wrapped(new SocketException((int)SocketError.NetworkUnreachable)), StoreError.Unavailable, true],
        [Wrapped(new IOException("x", new SocketException((int)SocketError.ConnectionReset))), StoreError.Unavailable, true],
        [Wrapped(new AuthenticationException()), StoreError.Unavailable, false],
        [Wrapped(new AddressRefusedException("leads to h, which is refused")), StoreError.InvalidLocation, false],
        [new HttpIOException(HttpRequestError.ResponseEnded), StoreError.Unavailable, true],
        [new HttpRequestException(HttpRequestError.InvalidResponse), StoreError.Unavailable, false],
        [new HttpRequestException(HttpRequestError.ProxyTunnelError), StoreError.Unavailable, false],
        [new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded), StoreError.Unavailable, false],
        [new HttpProtocolException(2, "reset", null), StoreError.Unavailable, true],
        [new OperationCanceledException(), StoreError.Unavailable, true],
    ];

    private static HttpRequestException Wrapped(Exception inner) => new("wrapped", inner);
}
