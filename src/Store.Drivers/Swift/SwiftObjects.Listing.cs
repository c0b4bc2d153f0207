using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace GlanceStore.Drivers.Swift;

/// <content>Lists objects and containers.</content>
internal sealed partial class SwiftObjects
{
    /// <summary>All objects of a container whose names begin with a prefix, page by page; none where there is no container.</summary>
    public IAsyncEnumerable<SwiftEntry> ListAsync(string container, string prefix, CancellationToken cancellationToken) =>
        ListAsync("/" + Uri.EscapeDataString(container), prefix, $"Listing the container '{container}'", cancellationToken);

    /// <summary>All containers of the account whose names begin with a prefix.</summary>
    public IAsyncEnumerable<SwiftEntry> ListContainersAsync(string prefix, CancellationToken cancellationToken) =>
        ListAsync("", prefix, "Listing the account's containers", cancellationToken);

    /// <summary>One page of a container without what lies below a slash; null where there is no container.</summary>
    /// <param name="container">The container.</param>
    /// <param name="prefix">What the names begin with.</param>
    /// <param name="after">The name after which the page begins; null for the first.</param>
    /// <param name="most">The most lines.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<SwiftPage?> PageAsync(string container, string prefix, string? after, int most, CancellationToken cancellationToken)
    {
        var doing = $"Listing the container '{container}'";
        var query = string.Create(CultureInfo.InvariantCulture, $"?format=json&delimiter=/&limit={most}&prefix={Uri.EscapeDataString(prefix)}")
            + (after is null ? "" : $"&marker={Uri.EscapeDataString(after)}");
        using var answer = await client.TrySendAsync(
            new SwiftRequest(HttpMethod.Get, "/" + Uri.EscapeDataString(container) + query, doing), cancellationToken).ConfigureAwait(false);
        if (answer is null || answer.StatusCode == HttpStatusCode.NoContent)
        {
            return answer is null ? null : new SwiftPage([], [], null);
        }

        using var json = await SwiftErrors.ReadJsonAsync(doing, answer, cancellationToken).ConfigureAwait(false);
        var (entries, folders, last) = (new List<SwiftEntry>(), new List<string>(), default(string));
        foreach (var line in json.RootElement.EnumerateArray())
        {
            if (line.TryGetProperty("subdir", out var folder))
            {
                folders.Add(last = folder.GetString()!);
            }
            else
            {
                entries.Add(EntryOf(last = line.GetProperty("name").GetString()!, line));
            }
        }

        return new SwiftPage(entries, folders, last);
    }

    private async IAsyncEnumerable<SwiftEntry> ListAsync(
        string path, string prefix, string doing, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = $"?format=json&prefix={Uri.EscapeDataString(prefix)}";
        string? marker = null;
        while (true)
        {
            var request = new SwiftRequest(HttpMethod.Get, path + query + (marker is null ? "" : $"&marker={Uri.EscapeDataString(marker)}"), doing);
            using var answer = await client.TrySendAsync(request, cancellationToken).ConfigureAwait(false);
            if (answer is null || answer.StatusCode == HttpStatusCode.NoContent)
            {
                yield break;
            }

            using var json = await SwiftErrors.ReadJsonAsync(doing, answer, cancellationToken).ConfigureAwait(false);
            var before = marker;
            foreach (var entry in json.RootElement.EnumerateArray())
            {
                marker = entry.GetProperty("name").GetString()!;
                yield return EntryOf(marker, entry);
            }

            if (marker == before)
            {
                yield break;
            }
        }
    }

    // Times are in UTC, and say so in Ceph only.
    private static SwiftEntry EntryOf(string name, JsonElement entry) => new(name,
        entry.TryGetProperty("bytes", out var bytes) ? bytes.GetInt64() : 0,
        entry.TryGetProperty("last_modified", out var modified) && DateTimeOffset.TryParse(modified.GetString(), CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out var time) ? time : DateTimeOffset.MaxValue,
        entry.TryGetProperty("hash", out var hash) ? hash.GetString() : null)
    {
        LargeETag = entry.TryGetProperty("slo_etag", out var tag) ? tag.GetString()?.Trim('"') : null,
    };
}

/// <summary>A page of a container.</summary>
/// <param name="Entries">Its objects.</param>
/// <param name="Folders">What the names of others begin with, up to the slash.</param>
/// <param name="Last">After what the next page begins; null where the page is empty, and only then there is no other.</param>
internal sealed record SwiftPage(IReadOnlyList<SwiftEntry> Entries, IReadOnlyList<string> Folders, string? Last);
