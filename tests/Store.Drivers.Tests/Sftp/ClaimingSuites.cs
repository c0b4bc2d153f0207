using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Sftp;

[TestClass]
public sealed class ClaimingAbandonedWrite : AbandonedWriteSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingCancellation : CancellationSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingConcurrency : ConcurrencySuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingDelete : DeleteSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingDigest : DigestSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingError : ErrorSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingFault : FaultSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingFind : FindSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingLocation : LocationSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingLie : LieSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingListing : ListingSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingManifest : ManifestSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingOverwrite : OverwriteSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingPut : PutSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingRange : RangeSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingRead : ReadSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingReadFault : ReadFaultSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingReorder : ReorderSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingResume : ResumeSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingResumedPut : ResumedPutSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingSecret : SecretSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingSeek : SeekSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingSizeContract : SizeContractSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingSizeEdge : SizeEdgeSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingStandstill : StandstillSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingStream : StreamSuite<ClaimingHarness>;

[TestClass]
public sealed class ClaimingUnknownLength : UnknownLengthSuite<ClaimingHarness>;
