using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Memory;

/// <summary>A store with every limit there is: what the suites check of a driver that declares less.</summary>
public sealed class LimitedMemoryHarness : MemoryHarness
{
    protected override DriverCapabilities Capabilities { get; } = new()
    {
        CanReadRanges = false,
        NeedsSize = true,
        MaxParallelChunks = 1,
        MinChunkBytes = 5000,
        PreferredChunkBytes = 10_000,
        MaxChunkBytes = 20_000,
        MaxChunks = 100,
        MaxImageBytes = 1_000_000,
        ChunkDigest = "md5",
    };
}

[TestClass]
public sealed class LimitedMemoryAbandonedWrite : AbandonedWriteSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryCancellation : CancellationSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryConcurrency : ConcurrencySuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryDelete : DeleteSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryDigest : DigestSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryError : ErrorSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryFault : FaultSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryFind : FindSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryLocation : LocationSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryLie : LieSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryListing : ListingSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryManifest : ManifestSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryOverwrite : OverwriteSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryPut : PutSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryRange : RangeSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryReadFault : ReadFaultSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryRead : ReadSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryReorder : ReorderSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryResume : ResumeSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryResumedPut : ResumedPutSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemorySecret : SecretSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemorySeek : SeekSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemorySizeContract : SizeContractSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemorySizeEdge : SizeEdgeSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryStandstill : StandstillSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryStream : StreamSuite<LimitedMemoryHarness>;

[TestClass]
public sealed class LimitedMemoryUnknownLength : UnknownLengthSuite<LimitedMemoryHarness>;
