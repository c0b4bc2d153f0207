using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Rbd;

[TestClass]
public sealed class LayeringAbandonedWrite : AbandonedWriteSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringCancellation : CancellationSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringConcurrency : ConcurrencySuite<LayeringHarness>;

[TestClass]
public sealed class LayeringDelete : DeleteSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringDigest : DigestSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringError : ErrorSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringFault : FaultSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringFind : FindSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringLie : LieSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringListing : ListingSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringStandstill : StandstillSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringLocation : LocationSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringManifest : ManifestSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringOverwrite : OverwriteSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringPut : PutSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringRange : RangeSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringRead : ReadSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringReadFault : ReadFaultSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringReorder : ReorderSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringResume : ResumeSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringResumedPut : ResumedPutSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringSecret : SecretSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringSeek : SeekSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringSizeContract : SizeContractSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringSizeEdge : SizeEdgeSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringStream : StreamSuite<LayeringHarness>;

[TestClass]
public sealed class LayeringUnknownLength : UnknownLengthSuite<LayeringHarness>;
