using GlanceStore.Conformance;

namespace GlanceStore.Drivers.S3;

[TestClass]
public sealed class SwiftAbandonedWrite : AbandonedWriteSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftCancellation : CancellationSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftConcurrency : ConcurrencySuite<SwiftHarness>;

[TestClass]
public sealed class SwiftDelete : DeleteSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftDigest : DigestSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftError : ErrorSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftFault : FaultSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftFind : FindSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftLocation : LocationSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftLie : LieSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftListing : ListingSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftManifest : ManifestSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftOverwrite : OverwriteSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftPut : PutSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftRange : RangeSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftRead : ReadSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftReadFault : ReadFaultSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftReorder : ReorderSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftResume : ResumeSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftResumedPut : ResumedPutSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftSecret : SecretSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftSeek : SeekSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftSizeContract : SizeContractSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftSizeEdge : SizeEdgeSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftStandstill : StandstillSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftStream : StreamSuite<SwiftHarness>;

[TestClass]
public sealed class SwiftUnknownLength : UnknownLengthSuite<SwiftHarness>;
