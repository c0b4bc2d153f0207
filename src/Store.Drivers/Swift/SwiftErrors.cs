using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Text.Json;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Swift;

/// <summary>The one mapping of what Swift, Keystone and the connection report to <see cref="StoreError"/>.</summary>
internal static class SwiftErrors
{
    private const int LongestRequestId = 128;

    // A server must not hold a caller for hours.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>The error of an answer that is none of those the request can do with.</summary>
    /// <param name="request">The request.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="time">The clock.</param>
    /// <param name="words">What the server says about it, fit for a message, or null.</param>
    public static StoreException Of(SwiftRequest request, HttpResponseMessage answer, TimeProvider time, string? words = null) =>
        Of(request.Doing, answer, time, MeaningOf(request, answer.StatusCode), words);

    /// <summary>The error of an answer to a login: 404 and 400 are then no facts about an image.</summary>
    public static StoreException LogIn(string doing, HttpResponseMessage answer, TimeProvider time, string? words = null) =>
        Of(doing, answer, time, (int)answer.StatusCode switch
        {
            401 or 403 => new(StoreError.NotAuthenticated, "user, password and project, or the token, are not accepted"),
            400 or 404 or 405 => new(StoreError.InvalidConfiguration, "that is not where one logs in, or the settings make no sense to it; check AuthAddress and AuthVersion"),
            < 400 => new(StoreError.InvalidConfiguration, "that is not where one logs in; check AuthAddress"),
            _ => OfAny(answer.StatusCode),
        }, words);

    public static StoreException NoLogIn(string doing, string why) =>
        new(StoreError.InvalidConfiguration, $"{doing} failed: {why}; check AuthAddress and AuthVersion.");

    /// <summary>Makes one request, and whatever it throws a <see cref="StoreException"/>.</summary>
    public static async Task<T> RunAsync<T>(string doing, Func<Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is not StoreException and (HttpRequestException or IOException or OperationCanceledException))
        {
            cancellationToken.ThrowIfCancellationRequested(); // a connection torn down by it
            throw Unanswered(doing, e);
        }
    }

    /// <summary>Reads an answer's body as JSON.</summary>
    public static Task<JsonDocument> ReadJsonAsync(string doing, HttpResponseMessage answer, CancellationToken cancellationToken) => RunAsync(doing, async () =>
    {
        try
        {
            var body = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                return await JsonDocument.ParseAsync(body, default, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (JsonException e)
        {
            throw new StoreException(StoreError.Unavailable, $"{doing} failed: the server's answer makes no sense.", e) { IsTransient = true };
        }
    }, cancellationToken);

    /// <summary>The error of a request that got no answer: the connection, the name, TLS.</summary>
    public static StoreException Unanswered(string doing, Exception e) => ExceptionChain.Of(e).Any(inner => inner is AuthenticationException)
        ? new StoreException(StoreError.Unavailable, $"{doing} failed: the server's certificate is not trusted; set CaBundle, or check the server's name.", e)
        : new StoreException(StoreError.Unavailable, $"{doing} failed: the server could not be reached, or the connection was cut ({e.Message.TrimEnd('.')}).", e)
        {
            IsTransient = true,
        };

    private static StoreException Of(string doing, HttpResponseMessage answer, TimeProvider time, Verdict verdict, string? words) =>
        new(verdict.Error, string.Create(CultureInfo.InvariantCulture,
            $"{doing} failed: {verdict.Why} ({(int)answer.StatusCode}{(words is null ? "" : $": {words}")})."))
        {
            IsTransient = verdict.IsTransient,
            RetryAfter = verdict.IsTransient ? WaitOf(answer, time) : null,
            RequestId = (SwiftHeaders.Text(answer, "X-Trans-Id") ?? SwiftHeaders.Text(answer, "X-Openstack-Request-Id")) is { Length: <= LongestRequestId } id ? id : null,
        };

    private static Verdict MeaningOf(SwiftRequest request, HttpStatusCode status) => status == HttpStatusCode.PreconditionFailed
        ? new Verdict(request.IfNotMet, request.IfNotMet == StoreError.AlreadyExists ? "there is an image already" : "the image was replaced in the meantime")
        : request.IsRead ? OfRead(status)
        : OfWrite(status);

    // What only a request that brings no bytes is told, or what means something else to it.
    private static Verdict OfRead(HttpStatusCode status) => (int)status switch
    {
        // Static large objects alone: a segment is missing, or has other bytes than when the manifest was written.
        409 => new(StoreError.Corrupted, "the image's manifest and its segments do not add up: a segment is missing or was changed"),
        410 => new(StoreError.NotFound, "there is nothing there any more"),
        507 => new(StoreError.Unavailable, "the disk that should have it is not there") { IsTransient = true },
        _ => OfAny(status),
    };

    private static Verdict OfWrite(HttpStatusCode status) => (int)status switch
    {
        408 => new(StoreError.Unavailable, "the bytes arrived too slowly") { IsTransient = true },
        409 => new(StoreError.Unavailable, "another request changes the same object") { IsTransient = true },
        413 => new(StoreError.OutOfSpace, "the quota is used up, or the object is larger than the server takes"),
        422 => new(StoreError.Corrupted, "other bytes arrived than were sent") { IsTransient = true },
        507 => new(StoreError.OutOfSpace, "the server is full"),
        _ => OfAny(status),
    };

    private static Verdict OfAny(HttpStatusCode status) => (int)status switch
    {
        401 => new(StoreError.NotAuthenticated, "the server does not accept the token, even a new one"),
        403 => new(StoreError.AccessDenied, "the server refuses; check the user's roles and the container's access lists"),
        404 => new(StoreError.NotFound, "there is nothing there"),
        405 or 501 => new(StoreError.Unsupported, "the server cannot do it"),
        408 => new(StoreError.Unavailable, "the server waited too long") { IsTransient = true },
        416 => new(StoreError.InvalidRange, "the range does not lie in the image"),
        429 or 498 => new(StoreError.Throttled, "the server asks to slow down") { IsTransient = true },
        499 => new(StoreError.Unavailable, "the connection was cut before all bytes arrived") { IsTransient = true },
        505 => new(StoreError.Unsupported, "the server does not speak the protocol"),
        >= 500 => new(StoreError.Unavailable, "the server failed, or is not available") { IsTransient = true },
        >= 400 => new(StoreError.Unavailable, "the server does not accept the request"),
        _ => new(StoreError.Unavailable, "the server's answer makes no sense"),
    };

    private static TimeSpan? WaitOf(HttpResponseMessage answer, TimeProvider time)
    {
        var header = answer.Headers.RetryAfter;
        var wait = header?.Delta ?? header?.Date - time.GetUtcNow();
        return wait is { } span ? TimeSpan.FromTicks(Math.Clamp(span.Ticks, 0, LongestWait.Ticks)) : null;
    }

    private sealed record Verdict(StoreError Error, string Why)
    {
        public bool IsTransient { get; init; }
    }
}
