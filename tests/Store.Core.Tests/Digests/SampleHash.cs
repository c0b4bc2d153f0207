using System.Security.Cryptography;
using GlanceStore.Digests;

namespace GlanceStore.Core.Tests.Digests;

/// <summary>The digests that are computed here, each with the platform's own to compare with.</summary>
internal sealed record SampleHash(string Name, BlockHash Hash, Func<byte[], byte[]> Platform)
{
    public static SampleHash[] All { get; } =
    [
        new("md5", BlockHashes.Md5, MD5.HashData),
        new("sha256", BlockHashes.Sha256, SHA256.HashData),
        new("sha512", BlockHashes.Sha512, SHA512.HashData),
    ];

    /// <summary>The same with one digest at a time and one other way.</summary>
    public BlockHash With(LaneWidth width) => Name switch
    {
        "md5" => BlockHash.Of(Md5.Start, isBigEndian: false, [Hash.Widths[0], width with { Cost = 1 }]),
        "sha256" => BlockHash.Of(Sha256.Start, isBigEndian: true, [Hash.Widths[0], width with { Cost = 1 }]),
        _ => BlockHash.Of(Sha512.Start, isBigEndian: true, [Hash.Widths[0], width with { Cost = 1 }]),
    };

    public override string ToString() => Name;
}
