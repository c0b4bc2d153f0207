using System.Globalization;
using Amazon.S3.Model;

namespace GlanceStore.Drivers.S3;

internal sealed partial class S3Bucket
{
    /// <summary>The parts that the server has of an upload, by their number.</summary>
    public async Task<IReadOnlyDictionary<int, S3Part>> ListPartsAsync(ImageLocation location, string upload, CancellationToken cancellationToken)
    {
        var parts = new Dictionary<int, S3Part>();
        string? after = null;
        bool more;
        do
        {
            var request = new ListPartsRequest { BucketName = _bucket, Key = locations.KeyOf(location), UploadId = upload, PartNumberMarker = after };
            var page = await RunAsync($"Listing the parts of {location}", () => client.ListPartsAsync(request, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            foreach (var part in page.Parts ?? [])
            {
                parts[part.PartNumber!.Value] = new S3Part(part.PartNumber.Value, part.Size ?? 0, part.ETag, part.ChecksumCRC32);
            }

            var next = page.NextPartNumberMarker?.ToString(CultureInfo.InvariantCulture);
            more = page.IsTruncated == true && next != after;
            after = next;
        }
        while (more);
        return parts;
    }

    /// <summary>The part as completing must repeat it where it is the chunk, as far as the server tells: by its length, and by its checksum.</summary>
    public S3Part? TryMatch(S3Part part, Chunk chunk)
    {
        var digest = S3BodyDigest.Of(chunk, _integrity);
        var other = part.Length != chunk.Length
            || (digest.Crc32 is not null && part.Crc32 is not null && part.Crc32 != digest.Crc32)
            || (digest.Md5 is not null && IsMd5(part.ETag.Trim('"')) && part.ETag.Trim('"') != Convert.ToHexStringLower(chunk.Digest.Span));
        return other ? null : part with { Crc32 = digest.Crc32 };
    }
}
