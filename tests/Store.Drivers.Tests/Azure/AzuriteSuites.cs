using GlanceStore.Conformance;

[assembly: Parallelize(Scope = ExecutionScope.MethodLevel)]

namespace GlanceStore.Drivers.Azure;

[TestClass]
public sealed class AzureCoverage : SuiteCoverage;

[TestClass]
public sealed class AzuriteAbandonedWrite : AbandonedWriteSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteCancellation : CancellationSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteConcurrency : ConcurrencySuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteDelete : DeleteSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteDigest : DigestSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteError : ErrorSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteFault : FaultSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteFind : FindSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteLocation : LocationSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteLie : LieSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteListing : ListingSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteManifest : ManifestSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteOverwrite : OverwriteSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuritePut : PutSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteRange : RangeSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteRead : ReadSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteReadFault : ReadFaultSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteReorder : ReorderSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteResume : ResumeSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteResumedPut : ResumedPutSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteSecret : SecretSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteSeek : SeekSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteSizeContract : SizeContractSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteSizeEdge : SizeEdgeSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteStandstill : StandstillSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteStream : StreamSuite<AzuriteHarness>;

[TestClass]
public sealed class AzuriteUnknownLength : UnknownLengthSuite<AzuriteHarness>;
