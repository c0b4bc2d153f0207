using GlanceStore.Conformance;

[assembly: Parallelize(Scope = ExecutionScope.MethodLevel)]

namespace GlanceStore.Drivers.Http.Tests;

[TestClass]
public sealed class HttpCoverage : SuiteCoverage;

[TestClass]
public sealed class NginxAbandonedWrite : AbandonedWriteSuite<NginxHarness>;

[TestClass]
public sealed class NginxCancellation : CancellationSuite<NginxHarness>;

[TestClass]
public sealed class NginxConcurrency : ConcurrencySuite<NginxHarness>;

[TestClass]
public sealed class NginxDelete : DeleteSuite<NginxHarness>;

[TestClass]
public sealed class NginxDigest : DigestSuite<NginxHarness>;

[TestClass]
public sealed class NginxError : ErrorSuite<NginxHarness>;

[TestClass]
public sealed class NginxFault : FaultSuite<NginxHarness>;

[TestClass]
public sealed class NginxFind : FindSuite<NginxHarness>;

[TestClass]
public sealed class NginxLocation : LocationSuite<NginxHarness>;

[TestClass]
public sealed class NginxLie : LieSuite<NginxHarness>;

[TestClass]
public sealed class NginxListing : ListingSuite<NginxHarness>;

[TestClass]
public sealed class NginxManifest : ManifestSuite<NginxHarness>;

[TestClass]
public sealed class NginxOverwrite : OverwriteSuite<NginxHarness>;

[TestClass]
public sealed class NginxPut : PutSuite<NginxHarness>;

[TestClass]
public sealed class NginxRange : RangeSuite<NginxHarness>;

[TestClass]
public sealed class NginxReadFault : ReadFaultSuite<NginxHarness>;

[TestClass]
public sealed class NginxRead : ReadSuite<NginxHarness>;

[TestClass]
public sealed class NginxReorder : ReorderSuite<NginxHarness>;

[TestClass]
public sealed class NginxResume : ResumeSuite<NginxHarness>;

[TestClass]
public sealed class NginxResumedPut : ResumedPutSuite<NginxHarness>;

[TestClass]
public sealed class NginxSecret : SecretSuite<NginxHarness>;

[TestClass]
public sealed class NginxSeek : SeekSuite<NginxHarness>;

[TestClass]
public sealed class NginxSizeContract : SizeContractSuite<NginxHarness>;

[TestClass]
public sealed class NginxSizeEdge : SizeEdgeSuite<NginxHarness>;

[TestClass]
public sealed class NginxStandstill : StandstillSuite<NginxHarness>;

[TestClass]
public sealed class NginxStream : StreamSuite<NginxHarness>;

[TestClass]
public sealed class NginxUnknownLength : UnknownLengthSuite<NginxHarness>;
