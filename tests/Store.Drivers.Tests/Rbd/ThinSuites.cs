using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Rbd;

[TestClass]
public sealed class ThinAbandonedWrite : AbandonedWriteSuite<ThinHarness>;

[TestClass]
public sealed class ThinCancellation : CancellationSuite<ThinHarness>;

[TestClass]
public sealed class ThinConcurrency : ConcurrencySuite<ThinHarness>;

[TestClass]
public sealed class ThinDelete : DeleteSuite<ThinHarness>;

[TestClass]
public sealed class ThinDigest : DigestSuite<ThinHarness>;

[TestClass]
public sealed class ThinError : ErrorSuite<ThinHarness>;

[TestClass]
public sealed class ThinFault : FaultSuite<ThinHarness>;

[TestClass]
public sealed class ThinFind : FindSuite<ThinHarness>;

[TestClass]
public sealed class ThinLie : LieSuite<ThinHarness>;

[TestClass]
public sealed class ThinListing : ListingSuite<ThinHarness>;

[TestClass]
public sealed class ThinStandstill : StandstillSuite<ThinHarness>;

[TestClass]
public sealed class ThinLocation : LocationSuite<ThinHarness>;

[TestClass]
public sealed class ThinManifest : ManifestSuite<ThinHarness>;

[TestClass]
public sealed class ThinOverwrite : OverwriteSuite<ThinHarness>;

[TestClass]
public sealed class ThinPut : PutSuite<ThinHarness>;

[TestClass]
public sealed class ThinRange : RangeSuite<ThinHarness>;

[TestClass]
public sealed class ThinRead : ReadSuite<ThinHarness>;

[TestClass]
public sealed class ThinReadFault : ReadFaultSuite<ThinHarness>;

[TestClass]
public sealed class ThinReorder : ReorderSuite<ThinHarness>;

[TestClass]
public sealed class ThinResume : ResumeSuite<ThinHarness>;

[TestClass]
public sealed class ThinResumedPut : ResumedPutSuite<ThinHarness>;

[TestClass]
public sealed class ThinSecret : SecretSuite<ThinHarness>;

[TestClass]
public sealed class ThinSeek : SeekSuite<ThinHarness>;

[TestClass]
public sealed class ThinSizeContract : SizeContractSuite<ThinHarness>;

[TestClass]
public sealed class ThinSizeEdge : SizeEdgeSuite<ThinHarness>;

[TestClass]
public sealed class ThinStream : StreamSuite<ThinHarness>;

[TestClass]
public sealed class ThinUnknownLength : UnknownLengthSuite<ThinHarness>;
