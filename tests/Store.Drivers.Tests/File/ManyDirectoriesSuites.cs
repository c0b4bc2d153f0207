using GlanceStore.Conformance;

namespace GlanceStore.Drivers.File.Tests;

[TestClass]
public sealed class ManyDirectoriesAbandonedWrite : AbandonedWriteSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesCancellation : CancellationSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesConcurrency : ConcurrencySuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesDelete : DeleteSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesDigest : DigestSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesError : ErrorSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesFault : FaultSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesFind : FindSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesLocation : LocationSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesLie : LieSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesListing : ListingSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesManifest : ManifestSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesOverwrite : OverwriteSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesPut : PutSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesRange : RangeSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesRead : ReadSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesReadFault : ReadFaultSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesReorder : ReorderSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesResume : ResumeSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesResumedPut : ResumedPutSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesSecret : SecretSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesSeek : SeekSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesSizeContract : SizeContractSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesSizeEdge : SizeEdgeSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesStandstill : StandstillSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesStream : StreamSuite<ManyDirectoriesHarness>;

[TestClass]
public sealed class ManyDirectoriesUnknownLength : UnknownLengthSuite<ManyDirectoriesHarness>;
