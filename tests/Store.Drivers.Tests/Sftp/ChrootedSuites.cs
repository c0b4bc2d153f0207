using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Sftp;

[TestClass]
public sealed class ChrootedAbandonedWrite : AbandonedWriteSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedCancellation : CancellationSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedConcurrency : ConcurrencySuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedDelete : DeleteSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedDigest : DigestSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedError : ErrorSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedFault : FaultSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedFind : FindSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedLocation : LocationSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedLie : LieSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedListing : ListingSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedManifest : ManifestSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedOverwrite : OverwriteSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedPut : PutSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedRange : RangeSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedRead : ReadSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedReadFault : ReadFaultSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedReorder : ReorderSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedResume : ResumeSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedResumedPut : ResumedPutSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedSecret : SecretSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedSeek : SeekSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedSizeContract : SizeContractSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedSizeEdge : SizeEdgeSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedStandstill : StandstillSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedStream : StreamSuite<ChrootedHarness>;

[TestClass]
public sealed class ChrootedUnknownLength : UnknownLengthSuite<ChrootedHarness>;
