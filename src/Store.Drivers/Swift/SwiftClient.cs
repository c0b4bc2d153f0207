using System.Net;

namespace GlanceStore.Drivers.Swift;

/// <summary>Sends requests to one account, each with the token that is good now.</summary>
internal sealed class SwiftClient(HttpClient http, SwiftTokens tokens, TimeProvider time, string? account)
{
    // A body this long waits for the server's word, so that a refusal (a token, a quota, an image in the way) does not cost its bytes,
    // and is read rather than lost in a connection that breaks while they are sent.
    private const int LongBody = 64 << 10;

    public TimeProvider Time => time;

    /// <summary>The account's URL.</summary>
    public async ValueTask<string> AccountAsync(CancellationToken cancellationToken) =>
        account ?? (await tokens.GetAsync(null, cancellationToken).ConfigureAwait(false)).Account;

    /// <summary>Makes a request and reads no more of the answer than its headers; anything but a success is an error.</summary>
    public async Task<HttpResponseMessage> SendAsync(SwiftRequest request, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(request, cancellationToken).ConfigureAwait(false);
        return answer.IsSuccessStatusCode ? answer : throw await RefusalAsync(request, answer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same, where the answer may be that there is nothing; null then.</summary>
    public async Task<HttpResponseMessage?> TrySendAsync(SwiftRequest request, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(request, cancellationToken).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            answer.Dispose();
            return null;
        }

        return answer.IsSuccessStatusCode ? answer : throw await RefusalAsync(request, answer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The error of an answer that is none of those the request can do with, with what the server says about it; the answer is disposed.</summary>
    public async Task<StoreException> RefusalAsync(SwiftRequest request, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        using (answer)
        {
            var words = await SwiftWords.ReadAsync(answer, time, [tokens.Current], cancellationToken).ConfigureAwait(false);
            return SwiftErrors.Of(request, answer, time, words);
        }
    }

    /// <summary>
    /// Makes a request and returns whatever the answer is; a token that was refused is renewed, once. Some servers say 403 where a token has
    /// ended, so that one which was good before is renewed for that, too.
    /// </summary>
    public async Task<HttpResponseMessage> AskAsync(SwiftRequest request, CancellationToken cancellationToken)
    {
        var token = await tokens.GetAsync(null, cancellationToken).ConfigureAwait(false);
        var answer = await SendOnceAsync(request, token, cancellationToken).ConfigureAwait(false);
        if (request.IsInfo || !(answer.StatusCode == HttpStatusCode.Unauthorized || (answer.StatusCode == HttpStatusCode.Forbidden && token.WasTaken)))
        {
            token.WasTaken |= answer.IsSuccessStatusCode && !request.IsInfo;
            return answer;
        }

        answer.Dispose();
        token = await tokens.GetAsync(token, cancellationToken).ConfigureAwait(false);
        answer = await SendOnceAsync(request, token, cancellationToken).ConfigureAwait(false);
        token.WasTaken |= answer.IsSuccessStatusCode;
        return answer;
    }

    private async Task<HttpResponseMessage> SendOnceAsync(SwiftRequest request, SwiftToken token, CancellationToken cancellationToken)
    {
        using var body = request.Body is { } bytes ? new ChunkContent(bytes) : null;
        var url = account ?? token.Account;
        using var message = new HttpRequestMessage(request.Method, (request.IsInfo ? InfoOf(url) : url) + request.Path) { Content = body };
        message.Headers.ExpectContinue = request.Body is { Length: >= LongBody };
        if (!request.IsInfo)
        {
            message.Headers.TryAddWithoutValidation("X-Auth-Token", token.Value);
        }

        foreach (var (name, value) in request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                body?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        try
        {
            return await SwiftErrors.RunAsync(request.Doing,
                () => http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (body is not null)
            {
                await body.CloseAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// What <c>/info</c> is below. It is beside the version: <c>http://host/v1/AUTH_a</c> has <c>/info</c>, Ceph's
    /// <c>http://host/swift/v1/AUTH_a</c> has <c>/swift/info</c>.
    /// </summary>
    internal static string InfoOf(string url)
    {
        var path = url.IndexOf('/', url.IndexOf("://", StringComparison.Ordinal) + 3);
        var version = path < 0 ? -1 : url.IndexOf("/v1", path, StringComparison.Ordinal);
        return version < 0 ? url : url[..version];
    }
}

/// <summary>A request that can be made twice.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">What follows the account's URL, encoded.</param>
/// <param name="Doing">What it does and to what, as the beginning of a sentence.</param>
internal sealed record SwiftRequest(HttpMethod Method, string Path, string Doing)
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>Whether it asks for something and brings nothing: then some statuses mean something else.</summary>
    public bool IsRead => Method == HttpMethod.Get || Method == HttpMethod.Head;

    /// <summary>What it means where a condition does not hold.</summary>
    public StoreError IfNotMet { get; init; } = StoreError.Changed;

    /// <summary>Whether it asks the cluster for its limits and not the account for an object.</summary>
    public bool IsInfo { get; init; }
}
