using GlanceStore.Conformance;

namespace GlanceStore.Drivers.S3.Scripted;

[TestClass]
public sealed class ScriptedAbandonedWrite : AbandonedWriteSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedCancellation : CancellationSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedConcurrency : ConcurrencySuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedDelete : DeleteSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedDigest : DigestSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedError : ErrorSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedFault : FaultSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedFind : FindSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedLocation : LocationSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedLie : LieSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedListing : ListingSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedManifest : ManifestSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedOverwrite : OverwriteSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedPut : PutSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedRange : RangeSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedRead : ReadSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedReadFault : ReadFaultSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedReorder : ReorderSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedResume : ResumeSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedResumedPut : ResumedPutSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedSecret : SecretSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedSeek : SeekSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedSizeContract : SizeContractSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedSizeEdge : SizeEdgeSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedStandstill : StandstillSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedStream : StreamSuite<ScriptedHarness>;

[TestClass]
public sealed class ScriptedUnknownLength : UnknownLengthSuite<ScriptedHarness>;
