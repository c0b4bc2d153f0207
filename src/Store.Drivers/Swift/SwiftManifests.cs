using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace GlanceStore.Drivers.Swift;

/// <summary>Writes the object that holds an upload's segments together.</summary>
internal sealed class SwiftManifests(SwiftObjects objects, string container, SwiftSegments segments)
{
    /// <summary>What tells a put of a manifest from that of bytes.</summary>
    public const string Query = "?multipart-manifest=put";

    /// <summary>The header that notes which upload made a large object: with it, what belongs to the object is found without its manifest, which Ceph does not tell.</summary>
    public const string UploadHeader = "X-Object-Meta-Glancestore-Upload";

    /// <summary>The header that notes a dynamic large object's size, which a listing that lags would make smaller.</summary>
    public const string SizeHeader = "X-Object-Meta-Glancestore-Size";

    /// <summary>No cluster is known to hold fewer segments than this in a manifest.</summary>
    public const int FewestOfGroup = 100;

    private const string Media = "application/octet-stream";

    /// <summary>Writes a manifest the server checks: every segment's ETag and size.</summary>
    public async Task<SwiftObject> PutStaticAsync(
        IReadOnlyList<SwiftPart> parts, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellationToken)
    {
        var most = Math.Max(FewestOfGroup, await objects.Limits.MaxSegmentsAsync(cancellationToken).ConfigureAwait(false));
        var entries = parts.Count <= most ? parts : await PutGroupsAsync(parts, most, cancellationToken).ConfigureAwait(false);
        return await objects.PutAsync(container, segments.Id, Query, Json(entries),
            [("Content-Type", Media), (UploadHeader, segments.Upload), .. headers], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes a manifest as OpenStack's library does: a prefix.</summary>
    public async Task<SwiftObject> PutDynamicAsync(
        IReadOnlyList<SwiftPart> parts, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellationToken)
    {
        var size = parts.Sum(part => part.Length).ToString(CultureInfo.InvariantCulture);
        var put = await objects.PutAsync(container, segments.Id, "", ReadOnlyMemory<byte>.Empty,
        [
            ("Content-Type", Media), ("X-Object-Manifest", $"{container}/{segments.Prefix}"), (UploadHeader, segments.Upload), (SizeHeader, size), .. headers,
        ], cancellationToken).ConfigureAwait(false);
        return put with { ETag = ETagOf(parts) };
    }

    // A manifest holds so many segments and no more; a manifest of manifests holds as many times that.
    private async Task<IReadOnlyList<SwiftPart>> PutGroupsAsync(IReadOnlyList<SwiftPart> parts, int most, CancellationToken cancellationToken)
    {
        var groups = new List<SwiftPart>();
        foreach (var some in parts.Chunk(most))
        {
            var name = segments.GroupOf(groups.Count);
            var put = await objects.PutAsync(container, name, Query, Json(some), [("Content-Type", Media)], cancellationToken).ConfigureAwait(false);
            groups.Add(new SwiftPart(name, some.Sum(part => part.Length), put.ETag ?? ETagOf(some)));
        }

        return groups;
    }

    private byte[] Json(IReadOnlyList<SwiftPart> parts)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var part in parts)
            {
                json.WriteStartObject();
                json.WriteString("path", $"/{container}/{part.Name}");
                json.WriteString("etag", part.ETag);
                json.WriteNumber("size_bytes", part.Length);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    // How Swift makes the ETag of a large object.
    [SuppressMessage("Security", "CA5351", Justification = "Swift's own choice; nothing is secured by it.")]
    private static string ETagOf(IEnumerable<SwiftPart> parts) =>
        Convert.ToHexStringLower(MD5.HashData(Encoding.ASCII.GetBytes(string.Concat(parts.Select(part => part.ETag)))));
}

/// <summary>A segment that the server has: its name, its bytes and their MD5.</summary>
internal sealed record SwiftPart(string Name, long Length, string ETag);
