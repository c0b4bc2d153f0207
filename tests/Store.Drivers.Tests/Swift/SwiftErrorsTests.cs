using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace GlanceStore.Drivers.Swift;

[TestClass]
public sealed class SwiftErrorsTests
{
    private static readonly SwiftRequest Write = new(HttpMethod.Put, "/c/x", "Writing x");
    private static readonly SwiftRequest Read = new(HttpMethod.Get, "/c/x", "Reading x");

    [TestMethod]
    [DataRow(400, StoreError.Unavailable, false)]
    [DataRow(401, StoreError.NotAuthenticated, false)]
    [DataRow(403, StoreError.AccessDenied, false)]
    [DataRow(404, StoreError.NotFound, false)]
    [DataRow(405, StoreError.Unsupported, false)]
    [DataRow(408, StoreError.Unavailable, true)]
    [DataRow(409, StoreError.Unavailable, true)]
    [DataRow(412, StoreError.Changed, false)]
    [DataRow(413, StoreError.OutOfSpace, false)]
    [DataRow(416, StoreError.InvalidRange, false)]
    [DataRow(422, StoreError.Corrupted, true)]
    [DataRow(429, StoreError.Throttled, true)]
    [DataRow(498, StoreError.Throttled, true)]
    [DataRow(499, StoreError.Unavailable, true)]
    [DataRow(500, StoreError.Unavailable, true)]
    [DataRow(501, StoreError.Unsupported, false)]
    [DataRow(502, StoreError.Unavailable, true)]
    [DataRow(503, StoreError.Unavailable, true)]
    [DataRow(507, StoreError.OutOfSpace, false)]
    [DataRow(302, StoreError.Unavailable, false)]
    public void Every_status_of_a_write_has_its_error(int status, StoreError error, bool isTransient)
    {
        using var answer = Answer(status);
        var e = SwiftErrors.Of(Write, answer, TimeProvider.System);
        Assert.AreEqual((error, isTransient, "tx-7"), (e.Error, e.IsTransient, e.RequestId), e.Message);
        Assert.AreEqual(isTransient ? TimeSpan.FromSeconds(3) : null, e.RetryAfter);
    }

    [TestMethod]
    [DataRow(400, StoreError.Unavailable, false)]
    [DataRow(401, StoreError.NotAuthenticated, false)]
    [DataRow(403, StoreError.AccessDenied, false)]
    [DataRow(404, StoreError.NotFound, false)]
    [DataRow(408, StoreError.Unavailable, true)]
    [DataRow(409, StoreError.Corrupted, false)]
    [DataRow(410, StoreError.NotFound, false)]
    [DataRow(412, StoreError.Changed, false)]
    [DataRow(413, StoreError.Unavailable, false)]
    [DataRow(416, StoreError.InvalidRange, false)]
    [DataRow(422, StoreError.Unavailable, false)]
    [DataRow(429, StoreError.Throttled, true)]
    [DataRow(499, StoreError.Unavailable, true)]
    [DataRow(503, StoreError.Unavailable, true)]
    [DataRow(507, StoreError.Unavailable, true)]
    public void A_status_of_a_read_is_not_understood_by_the_table_of_writes(int status, StoreError error, bool isTransient)
    {
        using var answer = Answer(status);
        var e = SwiftErrors.Of(Read, answer, TimeProvider.System);
        Assert.AreEqual((error, isTransient), (e.Error, e.IsTransient), e.Message);
    }

    [TestMethod]
    [DataRow(401, StoreError.NotAuthenticated, false)]
    [DataRow(403, StoreError.NotAuthenticated, false)]
    [DataRow(404, StoreError.InvalidConfiguration, false)]
    [DataRow(400, StoreError.InvalidConfiguration, false)]
    [DataRow(300, StoreError.InvalidConfiguration, false)]
    [DataRow(503, StoreError.Unavailable, true)]
    public void Every_status_of_a_login_has_its_error(int status, StoreError error, bool isTransient)
    {
        using var answer = Answer(status);
        var e = SwiftErrors.LogIn("Logging in", answer, TimeProvider.System);
        Assert.AreEqual((error, isTransient), (e.Error, e.IsTransient), e.Message);
    }

    [TestMethod]
    public void A_condition_that_does_not_hold_means_what_the_request_says()
    {
        using var answer = Answer(412);
        Assert.AreEqual(StoreError.AlreadyExists, SwiftErrors.Of(Write with { IfNotMet = StoreError.AlreadyExists }, answer, TimeProvider.System).Error);
    }

    [TestMethod]
    public async Task Every_failure_of_the_connection_is_a_passing_error_but_for_trust()
    {
        Exception[] passing =
        [
            new HttpRequestException("x", new SocketException((int)SocketError.ConnectionRefused)),
            new HttpIOException(HttpRequestError.ResponseEnded),
            new IOException("x"),
            new TaskCanceledException("the connection took too long"),
        ];
        foreach (var failure in passing)
        {
            var e = await Assert.ThrowsExactlyAsync<StoreException>(() => SwiftErrors.RunAsync<int>("Reading x", () => throw failure, CancellationToken.None));
            Assert.AreEqual((StoreError.Unavailable, true), (e.Error, e.IsTransient), e.Message);
            Assert.AreSame(failure, e.InnerException);
        }

        var untrusted = SwiftErrors.Unanswered("Reading x", new HttpRequestException("x", new AuthenticationException()));
        Assert.AreEqual((StoreError.Unavailable, false), (untrusted.Error, untrusted.IsTransient));
        Assert.Contains("CaBundle", untrusted.Message);
    }

    [TestMethod]
    public async Task Cancellation_stays_cancellation() => await Assert.ThrowsAsync<OperationCanceledException>(() =>
        SwiftErrors.RunAsync<int>("Reading x", () => throw new IOException("torn down"), new CancellationToken(canceled: true)));

    private static HttpResponseMessage Answer(int status)
    {
        var answer = new HttpResponseMessage((HttpStatusCode)status);
        answer.Headers.Add("X-Trans-Id", "tx-7");
        answer.Headers.Add("Retry-After", "3");
        return answer;
    }
}
