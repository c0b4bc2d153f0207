using GlanceStore.Conformance;

[assembly: Parallelize(Scope = ExecutionScope.MethodLevel, Workers = 12)]

namespace GlanceStore.Drivers.Rbd;

[TestClass]
public sealed class RbdCoverage : SuiteCoverage;

[TestClass]
public sealed class DefaultAbandonedWrite : AbandonedWriteSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultCancellation : CancellationSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultConcurrency : ConcurrencySuite<DefaultHarness>;

[TestClass]
public sealed class DefaultDelete : DeleteSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultDigest : DigestSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultError : ErrorSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultFault : FaultSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultFind : FindSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultLie : LieSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultListing : ListingSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultStandstill : StandstillSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultLocation : LocationSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultManifest : ManifestSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultOverwrite : OverwriteSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultPut : PutSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultRange : RangeSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultRead : ReadSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultReadFault : ReadFaultSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultReorder : ReorderSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultResume : ResumeSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultResumedPut : ResumedPutSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultSecret : SecretSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultSeek : SeekSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultSizeContract : SizeContractSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultSizeEdge : SizeEdgeSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultStream : StreamSuite<DefaultHarness>;

[TestClass]
public sealed class DefaultUnknownLength : UnknownLengthSuite<DefaultHarness>;
