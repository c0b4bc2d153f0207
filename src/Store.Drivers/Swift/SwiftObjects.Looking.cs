using System.Net;

namespace GlanceStore.Drivers.Swift;

/// <content>Looks for objects and containers by HEAD; what a HEAD refuses, a GET of one byte decides, since proxies and policies may know GET alone.</content>
internal sealed partial class SwiftObjects
{
    private static readonly ReadIntent FirstByte = new(new ByteRange(0, 1));

    // Whether a HEAD has ever brought what it was sent for: then what it does not find is not there.
    private volatile bool _knowsHead;

    public async ValueTask<SwiftObject?> FindAsync(string container, string name, CancellationToken cancellationToken)
    {
        var request = new SwiftRequest(HttpMethod.Head, PathOf(container, name), $"Looking for {container}/{name}");
        using var answer = await client.AskAsync(request, cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode)
        {
            _knowsHead = true;
            return await WithSizeAsync(SwiftObject.Of(container, name, answer, SwiftReader.SizeOf(answer)), cancellationToken).ConfigureAwait(false);
        }

        if (SwiftErrors.Of(request, answer, client.Time) is { IsTransient: true } passing)
        {
            throw passing;
        }

        return answer.StatusCode == HttpStatusCode.NotFound && await KnowsHeadAsync(container, cancellationToken).ConfigureAwait(false)
            ? null
            : await FindByReadingAsync(request, container, name, cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> HasContainerAsync(string container, CancellationToken cancellationToken)
    {
        if (await KnowsHeadAsync(container, cancellationToken).ConfigureAwait(false)
            && await HeadersOfAsync(container, cancellationToken).ConfigureAwait(false) is { } headers)
        {
            headers.Dispose();
            return true;
        }

        var request = new SwiftRequest(HttpMethod.Get, $"/{Uri.EscapeDataString(container)}?format=json&limit=1", $"Looking for the container '{container}'");
        using var answer = await client.TrySendAsync(request, cancellationToken).ConfigureAwait(false);
        return answer is not null;
    }

    /// <summary>Whether the container brings an older image back where one is deleted (<c>X-Versions-Location</c>).</summary>
    public async Task<bool> BringsBackAsync(string container, CancellationToken cancellationToken)
    {
        using var headers = await HeadersOfAsync(container, cancellationToken).ConfigureAwait(false);
        return headers is not null && SwiftHeaders.Text(headers, "X-Versions-Location") is { Length: > 0 };
    }

    // The headers of a container; null where a HEAD does not tell them.
    private async Task<HttpResponseMessage?> HeadersOfAsync(string container, CancellationToken cancellationToken)
    {
        var request = new SwiftRequest(HttpMethod.Head, "/" + Uri.EscapeDataString(container), $"Looking for the container '{container}'");
        var answer = await client.AskAsync(request, cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            return SwiftErrors.Of(request, answer, client.Time) is { IsTransient: true } passing ? throw passing : null;
        }
    }

    private async ValueTask<bool> KnowsHeadAsync(string container, CancellationToken cancellationToken)
    {
        if (!_knowsHead)
        {
            using var headers = await HeadersOfAsync(container, cancellationToken).ConfigureAwait(false);
            _knowsHead |= headers is not null;
        }

        return _knowsHead;
    }

    private async ValueTask<SwiftObject?> FindByReadingAsync(SwiftRequest looking, string container, string name, CancellationToken cancellationToken)
    {
        var request = looking with { Method = HttpMethod.Get };
        var answer = await client.AskAsync(request with { Headers = [("Range", $"bytes={FirstByte.Range}")] }, cancellationToken).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            answer.Dispose(); // an empty object has no first byte
            answer = await client.AskAsync(request, cancellationToken).ConfigureAwait(false);
        }

        if (answer.StatusCode != HttpStatusCode.NotFound && !answer.IsSuccessStatusCode)
        {
            throw await client.RefusalAsync(request, answer, cancellationToken).ConfigureAwait(false);
        }

        using (answer)
        {
            if (answer.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }

            var (_, size) = SwiftReader.Measure(answer, answer.StatusCode == HttpStatusCode.OK ? new ReadIntent() : FirstByte);
            return await WithSizeAsync(SwiftObject.Of(container, name, answer, size), cancellationToken).ConfigureAwait(false);
        }
    }
}
