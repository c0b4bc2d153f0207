namespace GlanceStore.Conformance;

// Not test classes: SuiteFlawTests runs them and wants most of them to fail.
internal sealed class FlawedAbandonedWrite : AbandonedWriteSuite<FlawHarness>;

internal sealed class FlawedCancellation : CancellationSuite<FlawHarness>;

internal sealed class FlawedConcurrency : ConcurrencySuite<FlawHarness>;

internal sealed class FlawedDelete : DeleteSuite<FlawHarness>;

internal sealed class FlawedDigest : DigestSuite<FlawHarness>;

internal sealed class FlawedError : ErrorSuite<FlawHarness>;

internal sealed class FlawedFault : FaultSuite<FlawHarness>;

internal sealed class FlawedFind : FindSuite<FlawHarness>;

internal sealed class FlawedLocation : LocationSuite<FlawHarness>;

internal sealed class FlawedListing : ListingSuite<FlawHarness>;

internal sealed class FlawedLie : LieSuite<FlawHarness>;

internal sealed class FlawedManifest : ManifestSuite<FlawHarness>;

internal sealed class FlawedOverwrite : OverwriteSuite<FlawHarness>;

internal sealed class FlawedPut : PutSuite<FlawHarness>;

internal sealed class FlawedRange : RangeSuite<FlawHarness>;

internal sealed class FlawedReadFault : ReadFaultSuite<FlawHarness>;

internal sealed class FlawedRead : ReadSuite<FlawHarness>;

internal sealed class FlawedReorder : ReorderSuite<FlawHarness>;

internal sealed class FlawedResume : ResumeSuite<FlawHarness>;

internal sealed class FlawedResumedPut : ResumedPutSuite<FlawHarness>;

internal sealed class FlawedSecret : SecretSuite<FlawHarness>;

internal sealed class FlawedSeek : SeekSuite<FlawHarness>;

internal sealed class FlawedSizeContract : SizeContractSuite<FlawHarness>;

internal sealed class FlawedSizeEdge : SizeEdgeSuite<FlawHarness>;

internal sealed class FlawedStandstill : StandstillSuite<FlawHarness>;

internal sealed class FlawedStream : StreamSuite<FlawHarness>;

internal sealed class FlawedUnknownLength : UnknownLengthSuite<FlawHarness>;

internal sealed class TrustingLie : LieSuite<TrustingHarness>;
