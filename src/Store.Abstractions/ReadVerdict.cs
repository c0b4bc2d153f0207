namespace GlanceStore;

/// <summary>How much of what was read has been verified.</summary>
public enum ReadVerification
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Every byte handed over, chunk by chunk, against the manifest.</summary>
    Chunks,

    /// <summary>The whole image, against its digest.</summary>
    Digest,

    /// <summary>The whole image, against its signature.</summary>
    Signature,
}

/// <summary>What a read stream says of its bytes.</summary>
/// <param name="Verification">How much has been verified.</param>
/// <param name="Reason">One sentence: against what, or why nothing was.</param>
public sealed record ReadVerdict(ReadVerification Verification, string Reason);
