namespace GlanceStore.Nbd.Tests;

/// <summary>A stream that says it is longer than it is.</summary>
internal sealed class ShortStream(long told, int length) : MemoryStream(new byte[length])
{
    public override long Length => told;
}
