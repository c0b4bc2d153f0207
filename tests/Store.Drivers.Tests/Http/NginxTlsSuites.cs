using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Http.Tests;

[TestClass]
public sealed class NginxTlsAbandonedWrite : AbandonedWriteSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsCancellation : CancellationSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsConcurrency : ConcurrencySuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsDelete : DeleteSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsDigest : DigestSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsError : ErrorSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsFault : FaultSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsFind : FindSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsLocation : LocationSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsLie : LieSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsListing : ListingSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsManifest : ManifestSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsOverwrite : OverwriteSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsPut : PutSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsRange : RangeSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsReadFault : ReadFaultSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsRead : ReadSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsReorder : ReorderSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsResume : ResumeSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsResumedPut : ResumedPutSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsSecret : SecretSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsSeek : SeekSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsSizeContract : SizeContractSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsSizeEdge : SizeEdgeSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsStandstill : StandstillSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsStream : StreamSuite<NginxTlsHarness>;

[TestClass]
public sealed class NginxTlsUnknownLength : UnknownLengthSuite<NginxTlsHarness>;
