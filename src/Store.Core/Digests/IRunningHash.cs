namespace GlanceStore.Digests;

/// <summary>A digest that is fed in order; how <see cref="DigestSet"/> sees any of them.</summary>
internal interface IRunningHash : IDisposable
{
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>The digest of what was appended since the last chunk ended; nothing where chunks are not digested on their own.</summary>
    byte[] EndChunk();

    /// <summary>The digest of everything. Ends the hash.</summary>
    byte[] End();
}
