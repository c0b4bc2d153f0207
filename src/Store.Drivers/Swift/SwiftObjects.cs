using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace GlanceStore.Drivers.Swift;

/// <summary>The objects and containers of one account: each call one request or a page of them, each failure a <see cref="StoreException"/>.</summary>
/// <param name="client">What sends the requests.</param>
/// <param name="limits">The cluster's limits.</param>
/// <param name="makesContainers">Whether a write makes a container that is not there.</param>
internal sealed partial class SwiftObjects(SwiftClient client, SwiftLimits limits, bool makesContainers)
{
    // The deletions of one request: fewer than the thousand that clusters allow at least, and short enough not to outlast a proxy's patience.
    private const int BulkCount = 500;

    // Deletions one by one, where the cluster deletes none in bulk.
    private const int SingleDeletesAtOnce = 8;

    // Clusters that compare If-Match with another tag than they show: Ceph, with that of a large object's manifest.
    private volatile bool _comparesOtherTags;

    public SwiftClient Client => client;

    public SwiftLimits Limits => limits;

    public async ValueTask<DriverReader> OpenAsync(
        string container, string name, ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        var answer = await OpenPinnedAsync(container, name, location, intent, cancellationToken).ConfigureAwait(false);
        try
        {
            var (length, size) = SwiftReader.Measure(answer, intent);
            var found = await WithSizeAsync(SwiftObject.Of(container, name, answer, size), cancellationToken).ConfigureAwait(false);
            if (intent.VersionTag is { } tag && found.ETag != tag)
            {
                throw new StoreException(StoreError.Changed, $"Reading {location} failed: the image was replaced in the meantime.");
            }

            var stored = found.Describe(location);
            return new SwiftReader(answer, await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), stored, length ?? stored.Size);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    /// <summary>Writes an object in one request.</summary>
    /// <param name="container">The container.</param>
    /// <param name="name">The name.</param>
    /// <param name="query">The query, such as <c>?multipart-manifest=put</c>, or nothing.</param>
    /// <param name="body">The bytes.</param>
    /// <param name="headers">Headers.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<SwiftObject> PutAsync(string container, string name, string query, ReadOnlyMemory<byte> body,
        IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellationToken)
    {
        var request = new SwiftRequest(HttpMethod.Put, PathOf(container, name) + query, $"Writing {container}/{name}")
        {
            Headers = headers,
            Body = body,
            IfNotMet = StoreError.AlreadyExists,
        };
        using var answer = await WriteAsync(request, container, cancellationToken).ConfigureAwait(false);
        return answer.IsSuccessStatusCode
            ? SwiftObject.Of(container, name, answer, null)
            : throw await RefusedAsync(request, answer, container, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes an object, and where it is a static large object its segments; false where it was not there.</summary>
    public async Task<bool> DeleteAsync(string container, string name, bool isStatic, CancellationToken cancellationToken)
    {
        var doing = $"Deleting {container}/{name}";
        var request = new SwiftRequest(HttpMethod.Delete, PathOf(container, name) + (isStatic ? "?multipart-manifest=delete" : ""), doing)
        {
            Headers = [("Accept", "application/json")],
        };
        using var answer = await client.TrySendAsync(request, cancellationToken).ConfigureAwait(false);
        if (answer is null || !isStatic)
        {
            return answer is not null;
        }

        return await SwiftBulk.ReadAsync(doing, answer, cancellationToken).ConfigureAwait(false) > 0;
    }

    /// <summary>How many objects are deleted at once: in one request, or in a request each where the cluster deletes none in bulk.</summary>
    public async ValueTask<int> DeletesAtOnceAsync(CancellationToken cancellationToken)
    {
        var most = await limits.MaxDeletesAsync(cancellationToken).ConfigureAwait(false);
        return most > 1 ? Math.Min(BulkCount, most) : SingleDeletesAtOnce;
    }

    /// <summary>Deletes objects, as many in a request as the cluster allows.</summary>
    public async Task DeleteAllAsync(string container, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var most = Math.Min(BulkCount, await limits.MaxDeletesAsync(cancellationToken).ConfigureAwait(false));
        if (most > 1 && names.Count > 1)
        {
            foreach (var some in names.Chunk(most))
            {
                await DeleteInBulkAsync(container, some, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = SingleDeletesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(names, options,
            async (name, token) => await DeleteAsync(container, name, isStatic: false, token).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public async Task MakeContainerAsync(string container, CancellationToken cancellationToken)
    {
        var request = new SwiftRequest(HttpMethod.Put, "/" + Uri.EscapeDataString(container), $"Making the container '{container}'");
        using var answer = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes a container that is empty; does nothing where it is not, or is not there.</summary>
    public async Task RemoveContainerAsync(string container, CancellationToken cancellationToken)
    {
        var request = new SwiftRequest(HttpMethod.Delete, "/" + Uri.EscapeDataString(container), $"Removing the container '{container}'");
        using var answer = await client.AskAsync(request, cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode && answer.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.Conflict))
        {
            throw await client.RefusalAsync(request, answer, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The segments of a static large object as its manifest names them, <c>CONTAINER/NAME</c>; none where the server does not tell, as Ceph.</summary>
    public async Task<IReadOnlyList<string>> SegmentsOfAsync(SwiftObject found, CancellationToken cancellationToken)
    {
        var doing = $"Reading the manifest of {found.Container}/{found.Name}";
        var request = new SwiftRequest(HttpMethod.Get, PathOf(found.Container, found.Name) + "?multipart-manifest=get", doing);
        using var answer = await client.TrySendAsync(request, cancellationToken).ConfigureAwait(false);
        if (answer is null || answer.Content.Headers.ContentLength == 0)
        {
            return [];
        }

        using var json = await SwiftErrors.ReadJsonAsync(doing, answer, cancellationToken).ConfigureAwait(false);
        return json.RootElement.ValueKind == JsonValueKind.Array
            ? [.. json.RootElement.EnumerateArray().Select(segment => segment.GetProperty("name").GetString()!.TrimStart('/'))]
            : [];
    }

    public static string PathOf(string container, string name) => $"/{Uri.EscapeDataString(container)}/{EscapePath(name)}";

    private static string EscapePath(string name) => Uri.EscapeDataString(name).Replace("%2F", "/", StringComparison.Ordinal);

    // Where it finds nothing to write to and the options say so, the container is made, and the request again.
    private async Task<HttpResponseMessage> WriteAsync(SwiftRequest request, string container, CancellationToken cancellationToken)
    {
        var answer = await client.AskAsync(request, cancellationToken).ConfigureAwait(false);
        if (!makesContainers || answer.StatusCode != HttpStatusCode.NotFound)
        {
            return answer;
        }

        answer.Dispose();
        await MakeContainerAsync(container, cancellationToken).ConfigureAwait(false);
        return await client.AskAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> OpenPinnedAsync(
        string container, string name, ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        var request = new SwiftRequest(HttpMethod.Get, PathOf(container, name), $"Reading {location}");
        List<(string, string)> headers = intent.Range is { } range ? [("Range", $"bytes={range}")] : [];
        if (intent.VersionTag is not { } tag || _comparesOtherTags)
        {
            return await client.SendAsync(request with { Headers = headers }, cancellationToken).ConfigureAwait(false);
        }

        var answer = await client.AskAsync(request with { Headers = [.. headers, ("If-Match", $"\"{tag}\"")] }, cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        // Servers and proxies mistake the condition in several ways. The answer without it tells its tag, which the caller compares: as good,
        // if not as cheap.
        if (answer.StatusCode is not (HttpStatusCode.PreconditionFailed or HttpStatusCode.BadRequest or HttpStatusCode.NotImplemented))
        {
            throw await client.RefusalAsync(request, answer, cancellationToken).ConfigureAwait(false);
        }

        answer.Dispose();
        answer = await client.SendAsync(request with { Headers = headers }, cancellationToken).ConfigureAwait(false);
        _comparesOtherTags |= SwiftHeaders.ETag(answer) == tag;
        return answer;
    }

    // Only where the server gives no length: a dynamic large object of more segments than one page of a listing holds.
    private async ValueTask<SwiftObject> WithSizeAsync(SwiftObject found, CancellationToken cancellationToken)
    {
        if (found.Size is not null || found.Dynamic is not { } manifest)
        {
            return found;
        }

        var slash = manifest.IndexOf('/', StringComparison.Ordinal);
        long size = 0;
        await foreach (var entry in ListAsync(manifest[..slash], manifest[(slash + 1)..], cancellationToken).ConfigureAwait(false))
        {
            size += entry.Size;
        }

        return found with { Size = size };
    }

    private async Task DeleteInBulkAsync(string container, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var doing = $"Deleting segments in the container '{container}'";
        var list = string.Join('\n', names.Select(name => PathOf(container, name)));
        var request = new SwiftRequest(HttpMethod.Post, "?bulk-delete", doing)
        {
            Headers = [("Accept", "application/json"), ("Content-Type", "text/plain")],
            Body = Encoding.UTF8.GetBytes(list),
        };
        using var answer = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        await SwiftBulk.ReadAsync(doing, answer, cancellationToken).ConfigureAwait(false);
    }

    // What a refusal of an object to be written means beside its status.
    private async Task<StoreException> RefusedAsync(SwiftRequest request, HttpResponseMessage answer, string container, CancellationToken cancellationToken)
    {
        switch ((int)answer.StatusCode)
        {
            case 404 when !await HasContainerAsync(container, cancellationToken).ConfigureAwait(false):
                return new StoreException(StoreError.InvalidConfiguration,
                    $"{request.Doing} failed: there is no container '{container}'; make it, or set CreateContainer.");
            case 400 or 404 or 409 when request.Path.EndsWith(SwiftManifests.Query, StringComparison.Ordinal):
                return new StoreException(StoreError.Corrupted,
                    $"{request.Doing} failed: the server found a segment missing or other than it was sent ({(int)answer.StatusCode}).");
            case 413 when request.Body is { } body && body.Length > await limits.MaxObjectBytesAsync(cancellationToken).ConfigureAwait(false):
                return new StoreException(StoreError.TooLarge, $"{request.Doing} failed: the server takes no object of {body.Length} bytes; lower the store's chunk length.");
            default:
                return await client.RefusalAsync(request, answer, cancellationToken).ConfigureAwait(false);
        }
    }
}
