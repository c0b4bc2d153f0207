using System.Collections.Frozen;

namespace GlanceStore;

/// <summary>What to do when an image of that id is stored already.</summary>
public enum WriteMode
{
    /// <summary>Fail with <see cref="StoreError.AlreadyExists"/>; of several creators exactly one wins.</summary>
    CreateNew,

    /// <summary>Put the new image in its place, in one step: readers see the old one or the new one, whole.</summary>
    Replace,
}

/// <summary>What it means where an image is put into several stores and one of them fails.</summary>
public enum PutPolicy
{
    /// <summary>The put fails, and what was published in the others is removed again.</summary>
    AllOrNothing,

    /// <summary>The others go on; what came of it in each store is told in the result.</summary>
    BestEffort,
}

/// <summary>How to store one image. Every property has a working default.</summary>
public sealed record PutOptions
{
    /// <summary>The size of the source in bytes, where it is known: fewer or more is <see cref="StoreError.SizeMismatch"/>. Null: not known.</summary>
    public long? ExpectedSize { get; init; }

    /// <summary>The most bytes to accept; more is <see cref="StoreError.TooLarge"/>. Null: what the store can hold.</summary>
    public long? MaxSize { get; init; }

    /// <summary>Digests the source must have; another value is <see cref="StoreError.Corrupted"/> and nothing is stored. None by default.</summary>
    public IReadOnlyList<Digest> ExpectedDigests { get; init; } = [];

    /// <summary>The multihash to compute, by hashlib's name; <c>sha512</c> by default, as in glance.</summary>
    public string HashAlgorithm { get; init; } = "sha512";

    /// <summary>Whether to compute the MD5 that glance calls <c>checksum</c>; true by default.</summary>
    public bool ComputeMd5 { get; init; } = true;

    /// <summary>What to do when the id is taken; <see cref="WriteMode.CreateNew"/> by default.</summary>
    public WriteMode Mode { get; init; }

    /// <summary>
    /// Whether the stored image is read again and compared with what was put, before the put says that it is stored; false by default, where what the
    /// backend answers is believed. One that is not the same is removed, by its version, and the put is <see cref="StoreError.Corrupted"/>.
    /// </summary>
    public bool ReadBack { get; init; }

    /// <summary>
    /// What the failure of one store means to the others; <see cref="PutPolicy.AllOrNothing"/> by default. Means nothing to a put into one store.
    /// </summary>
    public PutPolicy Policy { get; init; }

    /// <summary>Text to keep in the receipt; empty by default.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>
    /// What to find out about the image, and what to refuse: that is <see cref="StoreError.Refused"/>, and nothing is stored anywhere. What was
    /// found is in the receipt. Null, the default: the image is not looked into.
    /// </summary>
    public PutInspection? Inspection { get; init; }

    /// <summary>
    /// The signature that the image must have: one that does not fit, or a certificate that is not valid today, is <see cref="StoreError.Refused"/>, and
    /// nothing is stored anywhere. Null, the default: none is asked for.
    /// </summary>
    public ImageSignature? Signature { get; init; }

    /// <summary>
    /// The file to keep a <see cref="PutSession"/> in, so that a put which does not end can be gone on with; null, the default, for none. It
    /// must not be there yet, unless <see cref="Resume"/> was read from it, and is gone after the put has succeeded. A put that fails leaves it,
    /// and what the store has of the image so far. For a put into one store.
    /// </summary>
    public string? SessionFile { get; init; }

    /// <summary>
    /// The session to go on with, read from <see cref="SessionFile"/>; null by default. The source is read from its start again and must give the
    /// same bytes: where it does not, the put ends with <see cref="StoreError.Corrupted"/> or <see cref="StoreError.SizeMismatch"/>, and the
    /// session is what it was.
    /// </summary>
    public PutSession? Resume { get; init; }

    /// <summary>Told of every chunk that has been written (of several stores, by the last of them), from whichever thread wrote it; null by default.</summary>
    public IProgress<TransferProgress>? Progress { get; init; }
}
