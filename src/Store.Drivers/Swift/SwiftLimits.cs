using System.Text.Json;

namespace GlanceStore.Drivers.Swift;

/// <summary>What the cluster says of its limits at <c>/info</c>; the usual ones where it does not say, as that page is not always public.</summary>
internal sealed class SwiftLimits(SwiftClient client) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private volatile Known? _known;

    public async ValueTask<long> MaxObjectBytesAsync(CancellationToken cancellationToken) =>
        (await GetAsync(cancellationToken).ConfigureAwait(false)).MaxObjectBytes;

    /// <summary>The most segments of one manifest.</summary>
    public async ValueTask<int> MaxSegmentsAsync(CancellationToken cancellationToken) =>
        (await GetAsync(cancellationToken).ConfigureAwait(false)).MaxSegments;

    /// <summary>The fewest bytes of a segment that is not the last.</summary>
    public async ValueTask<long> MinSegmentBytesAsync(CancellationToken cancellationToken) =>
        (await GetAsync(cancellationToken).ConfigureAwait(false)).MinSegmentBytes;

    /// <summary>The most deletions of one request; 1 where there is no bulk deletion.</summary>
    public async ValueTask<int> MaxDeletesAsync(CancellationToken cancellationToken) =>
        (await GetAsync(cancellationToken).ConfigureAwait(false)).MaxDeletes;

    /// <summary>Whether a signed URL may be signed by SHA-256; where not, by SHA-1.</summary>
    public async ValueTask<bool> SignsBySha256Async(CancellationToken cancellationToken) =>
        (await GetAsync(cancellationToken).ConfigureAwait(false)).SignsBySha256;

    public void Dispose() => _turn.Dispose();

    private async ValueTask<Known> GetAsync(CancellationToken cancellationToken)
    {
        if (_known is { } known)
        {
            return known;
        }

        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _known ??= await ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<Known> ReadAsync(CancellationToken cancellationToken)
    {
        var request = new SwiftRequest(HttpMethod.Get, "/info", "Asking for the limits") { IsInfo = true };
        using var answer = await client.AskAsync(request, cancellationToken).ConfigureAwait(false);
        if ((int)answer.StatusCode >= 500)
        {
            throw SwiftErrors.Of(request, answer, client.Time);
        }

        if (!answer.IsSuccessStatusCode || answer.Content.Headers.ContentType?.MediaType != "application/json")
        {
            return new Known();
        }

        using var json = await SwiftErrors.ReadJsonAsync(request.Doing, answer, cancellationToken).ConfigureAwait(false);
        return KnownBy(json.RootElement);
    }

    private static Known KnownBy(JsonElement info)
    {
        var usual = new Known();
        return new Known
        {
            MaxObjectBytes = Number(info, "swift", "max_file_size") ?? usual.MaxObjectBytes,
            MaxSegments = (int?)Number(info, "slo", "max_manifest_segments") ?? usual.MaxSegments,
            MinSegmentBytes = Number(info, "slo", "min_segment_size") ?? usual.MinSegmentBytes,
            MaxDeletes = info.TryGetProperty("bulk_delete", out _) ? (int?)Number(info, "bulk_delete", "max_deletes_per_request") ?? 1000 : 1,
            SignsBySha256 = info.TryGetProperty("tempurl", out var tempUrl) && tempUrl.TryGetProperty("allowed_digests", out var digests)
                && digests.EnumerateArray().Any(digest => digest.GetString() == "sha256"),
        };
    }

    private static long? Number(JsonElement info, string section, string name) =>
        info.TryGetProperty(section, out var values) && values.TryGetProperty(name, out var number) && number.TryGetInt64(out var value) ? value : null;

    private sealed record Known
    {
        public long MaxObjectBytes { get; init; } = (5L << 30) + 2;

        public int MaxSegments { get; init; } = 1000;

        public long MinSegmentBytes { get; init; } = 1;

        public int MaxDeletes { get; init; } = 1;

        public bool SignsBySha256 { get; init; } = true;
    }
}
