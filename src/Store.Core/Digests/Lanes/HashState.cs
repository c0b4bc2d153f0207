using System.Security.Cryptography;

namespace GlanceStore.Digests;

/// <summary>How far one digest has come.</summary>
internal abstract class HashState : IDisposable
{
    /// <summary>Takes what comes next.</summary>
    public abstract void Append(ReadOnlySpan<byte> bytes);

    /// <summary>The digest of everything. Ends it.</summary>
    public abstract byte[] End();

    public abstract void Dispose();
}

/// <summary>A digest by the platform's own code, which tells nobody how far it has come: it cannot go on in a lane.</summary>
internal sealed class PlatformState(HashAlgorithmName name) : HashState
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(name);

    public override void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    public override byte[] End() => _hash.GetHashAndReset();

    public override void Dispose() => _hash.Dispose();
}
