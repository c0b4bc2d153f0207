using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.S3;

/// <summary>The body of a request, and what <c>x-amz-content-sha256</c> says of it.</summary>
internal sealed class S3Body(ReadOnlyMemory<byte> bytes, string contentSha256) : ChunkStream(bytes)
{
    public string ContentSha256 => contentSha256;
}
