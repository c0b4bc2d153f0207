using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Azure;

[TestClass]
public sealed class AzuriteTlsAbandonedWrite : AbandonedWriteSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsCancellation : CancellationSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsConcurrency : ConcurrencySuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsDelete : DeleteSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsDigest : DigestSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsError : ErrorSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsFault : FaultSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsFind : FindSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsLocation : LocationSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsLie : LieSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsListing : ListingSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsManifest : ManifestSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsOverwrite : OverwriteSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsPut : PutSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsRange : RangeSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsRead : ReadSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsReadFault : ReadFaultSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsReorder : ReorderSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsResume : ResumeSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsResumedPut : ResumedPutSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsSecret : SecretSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsSeek : SeekSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsSizeContract : SizeContractSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsSizeEdge : SizeEdgeSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsStandstill : StandstillSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsStream : StreamSuite<AzuriteTlsHarness>;

[TestClass]
public sealed class AzuriteTlsUnknownLength : UnknownLengthSuite<AzuriteTlsHarness>;
