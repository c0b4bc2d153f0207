using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Swift;

[TestClass]
public sealed class DynamicAbandonedWrite : AbandonedWriteSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicCancellation : CancellationSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicConcurrency : ConcurrencySuite<DynamicHarness>;

[TestClass]
public sealed class DynamicDelete : DeleteSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicDigest : DigestSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicError : ErrorSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicFault : FaultSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicFind : FindSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicLocation : LocationSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicLie : LieSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicListing : ListingSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicManifest : ManifestSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicOverwrite : OverwriteSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicPut : PutSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicRange : RangeSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicRead : ReadSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicReadFault : ReadFaultSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicReorder : ReorderSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicResume : ResumeSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicResumedPut : ResumedPutSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicSecret : SecretSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicSeek : SeekSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicSizeContract : SizeContractSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicSizeEdge : SizeEdgeSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicStandstill : StandstillSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicStream : StreamSuite<DynamicHarness>;

[TestClass]
public sealed class DynamicUnknownLength : UnknownLengthSuite<DynamicHarness>;
