using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Swift;

[TestClass]
public sealed class CephAbandonedWrite : AbandonedWriteSuite<CephHarness>;

[TestClass]
public sealed class CephCancellation : CancellationSuite<CephHarness>;

[TestClass]
public sealed class CephConcurrency : ConcurrencySuite<CephHarness>;

[TestClass]
public sealed class CephDelete : DeleteSuite<CephHarness>;

[TestClass]
public sealed class CephDigest : DigestSuite<CephHarness>;

[TestClass]
public sealed class CephError : ErrorSuite<CephHarness>;

[TestClass]
public sealed class CephFault : FaultSuite<CephHarness>;

[TestClass]
public sealed class CephFind : FindSuite<CephHarness>;

[TestClass]
public sealed class CephLocation : LocationSuite<CephHarness>;

[TestClass]
public sealed class CephLie : LieSuite<CephHarness>;

[TestClass]
public sealed class CephListing : ListingSuite<CephHarness>;

[TestClass]
public sealed class CephManifest : ManifestSuite<CephHarness>;

[TestClass]
public sealed class CephOverwrite : OverwriteSuite<CephHarness>;

[TestClass]
public sealed class CephPut : PutSuite<CephHarness>;

[TestClass]
public sealed class CephRange : RangeSuite<CephHarness>;

[TestClass]
public sealed class CephRead : ReadSuite<CephHarness>;

[TestClass]
public sealed class CephReadFault : ReadFaultSuite<CephHarness>;

[TestClass]
public sealed class CephReorder : ReorderSuite<CephHarness>;

[TestClass]
public sealed class CephResume : ResumeSuite<CephHarness>;

[TestClass]
public sealed class CephResumedPut : ResumedPutSuite<CephHarness>;

[TestClass]
public sealed class CephSecret : SecretSuite<CephHarness>;

[TestClass]
public sealed class CephSeek : SeekSuite<CephHarness>;

[TestClass]
public sealed class CephSizeContract : SizeContractSuite<CephHarness>;

[TestClass]
public sealed class CephSizeEdge : SizeEdgeSuite<CephHarness>;

[TestClass]
public sealed class CephStandstill : StandstillSuite<CephHarness>;

[TestClass]
public sealed class CephStream : StreamSuite<CephHarness>;

[TestClass]
public sealed class CephUnknownLength : UnknownLengthSuite<CephHarness>;
