using System.Net;
using Amazon.S3.Model;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.S3;

/// <summary>Which bytes of an object an answer holds, and of how many. Only what the answer says counts: a part must not pass for the whole.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="Size">The size of the whole; null where the answer leaves it open.</param>
internal readonly record struct S3Extent(long Offset, long Length, long? Size)
{
    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: the answer does not say which bytes it holds, or contradicts itself.</exception>
    public static S3Extent Of(GetObjectResponse answer, long length, ReadIntent intent, ImageLocation location)
    {
        RequirePlain(answer.Headers.ContentEncoding, location);
        if (ContentRange.Parse(answer.ContentRange) is { } told)
        {
            return told.Length == length ? new S3Extent(told.First, length, told.Size ?? ContentRange.KnownSize(intent)) : throw Other(answer, length, location);
        }

        if (answer.HttpStatusCode == HttpStatusCode.PartialContent || !string.IsNullOrEmpty(answer.ContentRange))
        {
            throw Other(answer, length, location);
        }

        // As many bytes as were asked for, and not a word of a range: it may be the part, and it may be the whole.
        return new S3Extent(0, length, length == intent.Range?.Length ? null : length);
    }

    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: it is not the range that was asked for, or not the whole where none was.</exception>
    public void Require(ByteRange? asked, long size, GetObjectResponse answer, ImageLocation location)
    {
        var (offset, length) = asked?.Within(size) is { } part ? (part.Offset, part.Length) : (0, size);
        if (Offset != offset || Length != length)
        {
            throw Other(answer, Length, location);
        }
    }

    private static void RequirePlain(string? encoding, ImageLocation location)
    {
        if (!string.IsNullOrEmpty(encoding))
        {
            throw new StoreException(StoreError.Unsupported,
                $"{location} comes encoded ({ServerWords.Clean(encoding)}), which nobody asked for; store the image without Content-Encoding, or see what stands between.");
        }
    }

    private static StoreException Other(GetObjectResponse answer, long length, ImageLocation location) => new(StoreError.Unsupported,
        $"The server answered for {location} with other bytes than were asked for ({(int)answer.HttpStatusCode}, {length} bytes, Content-Range '{ServerWords.Clean(answer.ContentRange)}').");
}
