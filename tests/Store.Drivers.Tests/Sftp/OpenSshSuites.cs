using GlanceStore.Conformance;

[assembly: Parallelize(Scope = ExecutionScope.MethodLevel)]

namespace GlanceStore.Drivers.Sftp;

[TestClass]
public sealed class SftpCoverage : SuiteCoverage;

[TestClass]
public sealed class OpenSshAbandonedWrite : AbandonedWriteSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshCancellation : CancellationSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshConcurrency : ConcurrencySuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshDelete : DeleteSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshDigest : DigestSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshError : ErrorSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshFault : FaultSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshFind : FindSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshLocation : LocationSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshLie : LieSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshListing : ListingSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshManifest : ManifestSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshOverwrite : OverwriteSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshPut : PutSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshRange : RangeSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshRead : ReadSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshReadFault : ReadFaultSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshReorder : ReorderSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshResume : ResumeSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshResumedPut : ResumedPutSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshSecret : SecretSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshSeek : SeekSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshSizeContract : SizeContractSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshSizeEdge : SizeEdgeSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshStandstill : StandstillSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshStream : StreamSuite<OpenSshHarness>;

[TestClass]
public sealed class OpenSshUnknownLength : UnknownLengthSuite<OpenSshHarness>;
