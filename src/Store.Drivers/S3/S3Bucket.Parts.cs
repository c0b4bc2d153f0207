using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
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
                parts[part.PartNumber!.Value] = new S3Part(part.PartNumber.Value, part.Size ?? 0, part.ETag, part.ChecksumCRC32)
                {
                    LastModified = part.LastModified?.ToUniversalTime(),
                };
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

    /// <summary>Whether the image is what an upload of these parts became: an object of many parts has the MD5 of their MD5s for its ETag.</summary>
    public async Task<bool> IsCompletedAsync(ImageLocation location, string upload, CancellationToken cancellationToken)
    {
        if (await FindAsync(location, cancellationToken).ConfigureAwait(false) is not { VersionTag: { } tag } || !tag.Contains('-', StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            var parts = await ListPartsAsync(location, upload, cancellationToken).ConfigureAwait(false);
            return WholeTagOf(parts.Values.OrderBy(part => part.Number)) == tag;
        }
        catch (StoreException e) when (e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound or HttpStatusCode.Forbidden })
        {
            return false; // gone, or a key that may not ask
        }
    }

    [SuppressMessage("Security", "CA5351", Justification = "The servers define it so.")]
    private static string? WholeTagOf(IEnumerable<S3Part> parts)
    {
        var tags = parts.Select(part => part.ETag.Trim('"')).ToArray();
        return tags.Length > 0 && tags.All(tag => tag is { Length: 32 } && tag.All(char.IsAsciiHexDigit))
            ? string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(MD5.HashData([.. tags.SelectMany(Convert.FromHexString)]))}-{tags.Length}")
            : null;
    }
}
