using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ArmSha256 = System.Runtime.Intrinsics.Arm.Sha256;

namespace GlanceStore.Digests;

/// <summary>
/// The digests that are computed here, and how many at once on which processor. The numbers are measured: docs/decisions, "Digests in lanes".
/// </summary>
internal static class BlockHashes
{
    /// <summary>MD5: one, two in the processor's own registers, and vectors.</summary>
    public static BlockHash Md5 { get; } = BlockHash.Of(Digests.Md5.Start, isBigEndian: false,
    [
        new LaneWidth(1, 1, Md5<uint, Words32>.Compress),
        new LaneWidth(Md5Pair.Lanes, 1.08, Md5Pair.Compress),
        .. If(Vector128.IsHardwareAccelerated, 8, 3.4, Md5<Twice<Vector128<uint>>, WordsTwice<Vector128<uint>, Words128<uint>, uint>>.Compress),
        .. If(Avx2.IsSupported, 8, HasAvx512 ? 2.0 : 3.0, Md5<Vector256<uint>, Words256<uint>>.Compress),
        .. If(Avx2.IsSupported, 16, HasAvx512 ? 3.2 : 3.9, Md5<Twice<Vector256<uint>>, WordsTwice<Vector256<uint>, Words256<uint>, uint>>.Compress),
        .. If(HasAvx512, 16, 2.1, Md5<Vector512<uint>, Words512<uint>>.Compress),
    ]);

    /// <summary>SHA-256.</summary>
    public static BlockHash Sha256 { get; } = BlockHash.Of(Digests.Sha256.Start, isBigEndian: true,
    [
        new LaneWidth(1, 1, HasAvx512 || Avx2.IsSupported
            ? Sha2Alone<uint, Words32, Sha256<uint, Words32>, Vector256<uint>, Words256<uint>, Sha256<Vector256<uint>, Words256<uint>>>.Compress
            : Sha2<uint, uint, Words32, Sha256<uint, Words32>>.Compress),
        .. If(Vector128.IsHardwareAccelerated, 4, 3.3, Sha2<Vector128<uint>, uint, Words128<uint>, Sha256<Vector128<uint>, Words128<uint>>>.Compress),
        .. If(Avx2.IsSupported, 8, HasAvx512 ? 2.2 : 3.8, Sha2<Vector256<uint>, uint, Words256<uint>, Sha256<Vector256<uint>, Words256<uint>>>.Compress),
        .. If(HasAvx512, 16, 2.4, Sha2<Vector512<uint>, uint, Words512<uint>, Sha256<Vector512<uint>, Words512<uint>>>.Compress),
    ],
    isForCompany: true);

    /// <summary>SHA-512.</summary>
    public static BlockHash Sha512 { get; } = BlockHash.Of(Digests.Sha512.Start, isBigEndian: true,
    [
        new LaneWidth(1, 1, HasAvx512
            ? Sha2Alone<ulong, Words64, Sha512<ulong, Words64>, Vector512<ulong>, Words512<ulong>, Sha512<Vector512<ulong>, Words512<ulong>>>.Compress
            : Avx2.IsSupported
                ? Sha2Alone<ulong, Words64, Sha512<ulong, Words64>, Vector256<ulong>, Words256<ulong>, Sha512<Vector256<ulong>, Words256<ulong>>>.Compress
                : Sha2<ulong, ulong, Words64, Sha512<ulong, Words64>>.Compress),
        .. If(Vector128.IsHardwareAccelerated, 2, 2.8, Sha2<Vector128<ulong>, ulong, Words128<ulong>, Sha512<Vector128<ulong>, Words128<ulong>>>.Compress),
        .. If(Avx2.IsSupported, 4, HasAvx512 ? 2.0 : 3.3, Sha2<Vector256<ulong>, ulong, Words256<ulong>, Sha512<Vector256<ulong>, Words256<ulong>>>.Compress),
        .. If(HasAvx512, 8, 2.3, Sha2<Vector512<ulong>, ulong, Words512<ulong>, Sha512<Vector512<ulong>, Words512<ulong>>>.Compress),
    ],
    isForCompany: true);

    /// <summary>By hashlib's names: those for which this machine has a way here that is worth it. The platform computes the others.</summary>
    public static IReadOnlyDictionary<string, BlockHash> Used { get; } = Choose();

    /// <summary>How many streams can be digested in the time of few.</summary>
    public static int MostLanes => Used.Values.Select(hash => hash.Widths.Max(width => width.Lanes)).DefaultIfEmpty(1).Max();

    private static bool HasAvx512 => Vector512.IsHardwareAccelerated && Avx512BW.IsSupported;

    // CPUID, leaf 7: bit 29 of EBX tells of SHA-NI (Intel's manual, volume 2A).
    private static bool HasSha256 => ArmSha256.IsSupported || (X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Ebx & (1 << 29)) != 0);

    // The platform's SHA-512 is quicker than four lanes, and its SHA-256 with the processor's own instructions than eight.
    private static Dictionary<string, BlockHash> Choose()
    {
        var used = new Dictionary<string, BlockHash>(StringComparer.Ordinal);
        if (!BitConverter.IsLittleEndian)
        {
            return used; // words are taken as they lie in memory
        }

        used["md5"] = Md5;
        if (HasAvx512)
        {
            used["sha512"] = Sha512;
        }

        if (Avx2.IsSupported && !HasSha256)
        {
            used["sha256"] = Sha256;
        }

        return used;
    }

    private static LaneWidth[] If(bool isSupported, int lanes, double cost, Compress compress) => isSupported ? [new LaneWidth(lanes, cost, compress)] : [];
}
