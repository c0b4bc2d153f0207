using System.Collections.Frozen;

namespace GlanceStore;

/// <summary>How to copy one image into another store. Every property has a working default.</summary>
public sealed record CopyOptions
{
    /// <summary>The image's receipt: every chunk is verified on the way, and every digest. Null: there is none.</summary>
    public ImageReceipt? Receipt { get; init; }

    /// <summary>Digests the image must have, for one without a receipt; none by default.</summary>
    public IReadOnlyList<Digest> ExpectedDigests { get; init; } = [];

    /// <summary>The id of the copy; that of the image by default, which its location ends in.</summary>
    public ImageId? Id { get; init; }

    /// <summary>What to do when the id is taken there; <see cref="WriteMode.CreateNew"/> by default.</summary>
    public WriteMode Mode { get; init; }

    /// <summary>Text to keep in the copy's receipt; empty by default. A receipt's own is not carried over: it tells of the other place.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Told of every chunk; null by default.</summary>
    public IProgress<TransferProgress>? Progress { get; init; }

    /// <summary>
    /// Awaited with the copy once it is verified, and by a move before the image is deleted: the place to keep the receipt, so that no moment has
    /// neither. What it throws ends the copy or the move, with image and copy there; null by default.
    /// </summary>
    public Func<ImageCopy, Task>? Copied { get; init; }

    /// <summary>Options that verify a copy against a receipt.</summary>
    public static CopyOptions Verify(ImageReceipt receipt)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        return new CopyOptions { Receipt = receipt };
    }

    internal bool IsVerified => Receipt is not null || ExpectedDigests.Count > 0;
}

/// <summary>A copy that was made.</summary>
/// <param name="Receipt">The copy's receipt.</param>
/// <param name="Verdict">What was verified of it.</param>
/// <param name="Route">How the bytes went.</param>
public sealed record ImageCopy(ImageReceipt Receipt, ReadVerdict Verdict, CopyRoute Route);

/// <summary>How the bytes of a copy went.</summary>
public enum CopyRoute
{
    /// <summary>They were read from one store and written to the other, chunk by chunk.</summary>
    ThroughHere,

    /// <summary>The backend that both stores share copied them within itself.</summary>
    OnBackend,
}
