using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace GlanceStore.Drivers.Http;

/// <summary>
/// The one mapping from what HTTP says to <see cref="StoreException"/>. A message never repeats what a server wrote: it may hold anything.
/// </summary>
internal static class HttpErrors
{
    // A server that nobody trusts must not hold a caller for hours.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private static readonly string[] RequestIdHeaders = ["x-request-id", "x-amz-request-id", "x-openstack-request-id", "x-trans-id"];

    public static StoreException Of(ImageLocation location, HttpResponseMessage response, TimeProvider time)
    {
        var (error, transient, what) = Meaning(response.StatusCode);
        return new StoreException(error, $"The server of {location} answers {(int)response.StatusCode}: {what}.")
        {
            IsTransient = transient,
            RetryAfter = transient ? WaitOf(response, time) : null,
            RequestId = RequestIdHeaders.Select(name => response.Headers.TryGetValues(name, out var values) ? values.First() : null)
                .FirstOrDefault(value => value is { Length: <= 128 }),
        };
    }

    public static StoreException Of(ImageLocation location, Exception e)
    {
        var (error, transient, what) = Meaning(e);
        return new StoreException(error, $"{location} {what}.", e) { IsTransient = transient };
    }

    public static StoreException OutOfTime(ImageLocation location, TimeSpan limit, Exception e) => new(StoreError.Stalled,
        $"The answer for {location} took longer than the {limit.TotalSeconds:0.#} seconds of 'TotalTimeout'.", e);

    public static StoreException Cut(ImageLocation location, long missing) => new(StoreError.Unavailable,
        $"The server of {location} ended its answer {missing} bytes early.") { IsTransient = true };

    public static StoreException Unusable(StoreError error, ImageLocation location, string what) =>
        new(error, $"The server of {location} {what}.");

    /// <summary>Whether a status says that the server is not well, or asked too much, now.</summary>
    public static bool IsPassing(HttpStatusCode status) => (int)status is 408 or 425 or 429 or 502 or 503 or 504;

    /// <summary>Whether a connection was there and the server ended it instead of a proper answer.</summary>
    public static bool IsHangUp(HttpRequestException e) => e.HttpRequestError is not (HttpRequestError.NameResolutionError
        or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError);

    private static (StoreError Error, bool IsTransient, string What) Meaning(HttpStatusCode status) => (int)status switch
    {
        401 => (StoreError.NotAuthenticated, false, "it wants credentials, or others than those it got"),
        402 or 403 or 451 => (StoreError.AccessDenied, false, "it refuses to hand this out"),
        404 or 410 => (StoreError.NotFound, false, "there is nothing there"),
        405 or 501 => (StoreError.Unsupported, false, "it does not do what reading an image takes"),
        407 => (StoreError.NotAuthenticated, false, "the proxy wants credentials, or others than those it got"),
        408 or 425 => (StoreError.Unavailable, true, "it did not take the request in time"),
        412 => (StoreError.Changed, false, "the image was replaced while it was being read"),
        416 => (StoreError.InvalidRange, false, "it has no such range of the image"),
        429 => (StoreError.Throttled, true, "it asks to slow down"),
        503 => (StoreError.Unavailable, true, "it is not able to serve now"),
        505 or 506 or 508 or 510 or 511 => (StoreError.Unavailable, false, "it cannot serve this"),
        >= 500 => (StoreError.Unavailable, true, "it failed"),
        >= 400 => (StoreError.Unavailable, false, "it does not accept the request"),
        _ => (StoreError.Unavailable, false, "that is no answer to a request for an image"),
    };

    private static (StoreError Error, bool IsTransient, string What) Meaning(Exception e) => e switch
    {
        _ when Inner<AddressRefusedException>(e) is { } refused => (StoreError.InvalidLocation, false, refused.Message),
        _ when Inner<AuthenticationException>(e) is not null => (StoreError.Unavailable, false,
            "cannot be read, because the server's certificate is not trusted or TLS cannot be agreed on; 'CaFile' names the authorities to trust"),
        _ when Inner<SocketException>(e) is { } socket => Meaning(socket.SocketErrorCode),
        OperationCanceledException => (StoreError.Unavailable, true, "cannot be read, because the server takes too long to connect to"),
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } =>
            (StoreError.Unavailable, false, "cannot be read, because the proxy refuses to pass the request on"),
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.VersionNegotiationError,
        } =>
            (StoreError.Unavailable, false, "cannot be read, because the server's answer is not proper HTTP"),
        _ => (StoreError.Unavailable, true, "broke off, because the server closed the connection"),
    };

    private static (StoreError Error, bool IsTransient, string What) Meaning(SocketError error) => error switch
    {
        SocketError.HostNotFound or SocketError.NoData => (StoreError.Unavailable, false, "cannot be read, because there is no host of that name"),
        SocketError.TryAgain => (StoreError.Unavailable, true, "cannot be read, because the host's name cannot be resolved now"),
        SocketError.ConnectionRefused => (StoreError.Unavailable, true, "cannot be read, because the server takes no connections"),
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown =>
            (StoreError.Unavailable, true, "broke off, because the server closed the connection"),
        _ => (StoreError.Unavailable, true, $"cannot be read, because the server is not reachable ({error})"),
    };

    private static TimeSpan? WaitOf(HttpResponseMessage response, TimeProvider time)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? header?.Date - time.GetUtcNow();
        return wait is { } span ? TimeSpan.FromTicks(Math.Clamp(span.Ticks, 0, LongestWait.Ticks)) : null;
    }

    private static T? Inner<T>(Exception? e) where T : Exception
    {
        while (e is not null and not T)
        {
            e = e.InnerException;
        }

        return e as T;
    }
}
