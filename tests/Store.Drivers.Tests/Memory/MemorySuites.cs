using GlanceStore.Conformance;

[assembly: Parallelize(Scope = ExecutionScope.MethodLevel)]

namespace GlanceStore.Drivers.Memory;

[TestClass]
public sealed class MemoryCoverage : SuiteCoverage;

[TestClass]
public sealed class MemoryAbandonedWrite : AbandonedWriteSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryCancellation : CancellationSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryConcurrency : ConcurrencySuite<MemoryHarness>;

[TestClass]
public sealed class MemoryDelete : DeleteSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryDigest : DigestSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryError : ErrorSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryFault : FaultSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryFind : FindSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryLocation : LocationSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryLie : LieSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryListing : ListingSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryManifest : ManifestSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryOverwrite : OverwriteSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryPut : PutSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryRange : RangeSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryReadFault : ReadFaultSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryRead : ReadSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryReorder : ReorderSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryResume : ResumeSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryResumedPut : ResumedPutSuite<MemoryHarness>;

[TestClass]
public sealed class MemorySecret : SecretSuite<MemoryHarness>;

[TestClass]
public sealed class MemorySeek : SeekSuite<MemoryHarness>;

[TestClass]
public sealed class MemorySizeContract : SizeContractSuite<MemoryHarness>;

[TestClass]
public sealed class MemorySizeEdge : SizeEdgeSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryStandstill : StandstillSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryStream : StreamSuite<MemoryHarness>;

[TestClass]
public sealed class MemoryUnknownLength : UnknownLengthSuite<MemoryHarness>;
