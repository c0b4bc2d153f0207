using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Xml;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Azure;

/// <summary>The one mapping of what the service and the SDK report to <see cref="StoreError"/>.</summary>
internal static partial class AzureErrors
{
    // Azurite has one code, AuthorizationFailure, for who may not and for who is not known; what it says, the service says for the latter.
    private const string NotAuthenticated = "Server failed to authenticate the request";

    /// <summary>Makes one request, and whatever it throws a <see cref="StoreException"/>.</summary>
    /// <param name="doing">What the request does and to what, as the beginning of a sentence.</param>
    /// <param name="ifNotMet">What it means where a condition of the request does not hold (412).</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">What may end it.</param>
    public static async Task<T> RunAsync<T>(string doing, StoreError ifNotMet, Func<Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is not StoreException)
        {
            cancellationToken.ThrowIfCancellationRequested(); // the SDK turns some cancellations into other errors
            throw Translate(e, doing, ifNotMet);
        }
    }

    public static StoreException Translate(Exception e, string doing, StoreError ifNotMet = StoreError.Changed)
    {
        if (e is not RequestFailedException { Status: > 0 } answer)
        {
            return Unanswered(e, doing);
        }

        var known = ByCode.GetValueOrDefault(answer.ErrorCode ?? "");
        var verdict = known ?? ByStatus(answer.Status, isCoded: !string.IsNullOrEmpty(answer.ErrorCode));
        if (verdict == Refused && answer.Message.Contains(NotAuthenticated, StringComparison.Ordinal))
        {
            verdict = Unknown;
        }

        if (verdict == NotMet && ifNotMet == StoreError.AlreadyExists)
        {
            verdict = Taken;
        }

        var words = known is null || verdict == Refused || verdict == NotTaken ? WordsOf(answer) : null;
        return new StoreException(verdict.Error, $"{doing} failed: {verdict.Why} ({Seen(answer)}{(words is null ? "" : $": {words}")}).", e)
        {
            IsTransient = verdict.IsTransient,
            RetryAfter = RetryAfter(answer),
            RequestId = Header(answer, "x-ms-request-id"),
        };
    }

    /// <summary>Whether an error says that the container is not there.</summary>
    public static bool IsContainerMissing(StoreException e) => Is(e, BlobErrorCode.ContainerNotFound);

    /// <summary>Whether an error says that blocks to be committed are not there.</summary>
    public static bool IsBlocksMissing(StoreException e) => Is(e, BlobErrorCode.InvalidBlockList);

    /// <summary>Whether an error is an answer that brings less than was asked for, whoever gave it.</summary>
    public static bool IsRefusal(StoreException e) => e.InnerException is RequestFailedException { Status: > 0 };

    /// <summary>Whether the service itself gave the answer: it never does without a code.</summary>
    public static bool IsOfTheService(StoreException e) => e.InnerException is RequestFailedException { ErrorCode.Length: > 0 };

    private static bool Is(StoreException e, BlobErrorCode code) => e.InnerException is RequestFailedException answer && answer.ErrorCode == code;

    private static string Seen(RequestFailedException answer)
    {
        var status = answer.Status.ToString(CultureInfo.InvariantCulture);
        return string.IsNullOrEmpty(answer.ErrorCode) ? status : $"{status} {answer.ErrorCode}";
    }

    private static TimeSpan? RetryAfter(RequestFailedException answer) =>
        int.TryParse(Header(answer, "Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;

    private static string? Header(RequestFailedException answer, string name) =>
        answer.GetRawResponse() is { } response && response.Headers.TryGetValue(name, out var value) ? value : null;

    // The service's message without the lines of ids behind it, and without what the SDK says where there is none.
    private static string? WordsOf(RequestFailedException answer)
    {
        var text = answer.Message.Split('\n')[0];
        var end = text.IndexOf("RequestId:", StringComparison.Ordinal);
        return text.StartsWith("Service request failed", StringComparison.Ordinal) ? null : ServerWords.Clean(end < 0 ? text : text[..end]);
    }

    // No answer came: the credentials, the connection, the name or TLS.
    private static StoreException Unanswered(Exception e, string doing)
    {
        var all = ExceptionChain.Of(e).ToArray();
        var broken = all.FirstOrDefault(inner => inner is HttpRequestException or IOException or TimeoutException or SocketException or XmlException);
        return all.Any(inner => inner is CredentialUnavailableException or AuthenticationFailedException)
            ? AzureTokenErrors.Of(doing, e, broken)
            : all.Any(inner => inner is AuthenticationException)
            ? new StoreException(StoreError.Unavailable,
                $"{doing} failed: the server's certificate is not trusted; set CaBundle, or check the endpoint's name.", e)
            : broken is not null
                ? new StoreException(StoreError.Unavailable, $"{doing} failed: the server could not be reached, or its answer was cut off ({broken.Message.TrimEnd('.')}).", e)
                {
                    IsTransient = true,
                }
                : new StoreException(StoreError.Unavailable,
                    $"{doing} failed in a way the SDK does not explain ({e.GetType().Name}: {ServerWords.Clean(e.Message) ?? "no message"}).", e);
    }
}
