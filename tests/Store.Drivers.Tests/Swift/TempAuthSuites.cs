using GlanceStore.Conformance;

[assembly: Parallelize(Scope = ExecutionScope.MethodLevel)]

namespace GlanceStore.Drivers.Swift;

[TestClass]
public sealed class TempAuthAbandonedWrite : AbandonedWriteSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthCancellation : CancellationSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthConcurrency : ConcurrencySuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthDelete : DeleteSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthDigest : DigestSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthError : ErrorSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthFault : FaultSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthFind : FindSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthLocation : LocationSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthLie : LieSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthListing : ListingSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthManifest : ManifestSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthOverwrite : OverwriteSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthPut : PutSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthRange : RangeSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthRead : ReadSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthReadFault : ReadFaultSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthReorder : ReorderSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthResume : ResumeSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthResumedPut : ResumedPutSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthSecret : SecretSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthSeek : SeekSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthSizeContract : SizeContractSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthSizeEdge : SizeEdgeSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthStandstill : StandstillSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthStream : StreamSuite<TempAuthHarness>;

[TestClass]
public sealed class TempAuthUnknownLength : UnknownLengthSuite<TempAuthHarness>;

[TestClass]
public sealed class SwiftCoverage : SuiteCoverage;
