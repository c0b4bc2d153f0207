using GlanceStore.Conformance;

namespace GlanceStore.Drivers.File.Tests;

[TestClass]
public sealed class FileCoverage : SuiteCoverage;

[TestClass]
public sealed class OneDirectoryAbandonedWrite : AbandonedWriteSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryCancellation : CancellationSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryConcurrency : ConcurrencySuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryDelete : DeleteSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryDigest : DigestSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryError : ErrorSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryFault : FaultSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryFind : FindSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryLocation : LocationSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryLie : LieSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryListing : ListingSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryManifest : ManifestSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryOverwrite : OverwriteSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryPut : PutSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryRange : RangeSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryRead : ReadSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryReadFault : ReadFaultSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryReorder : ReorderSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryResume : ResumeSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryResumedPut : ResumedPutSuite<FileHarness>;

[TestClass]
public sealed class OneDirectorySecret : SecretSuite<FileHarness>;

[TestClass]
public sealed class OneDirectorySeek : SeekSuite<FileHarness>;

[TestClass]
public sealed class OneDirectorySizeContract : SizeContractSuite<FileHarness>;

[TestClass]
public sealed class OneDirectorySizeEdge : SizeEdgeSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryStandstill : StandstillSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryStream : StreamSuite<FileHarness>;

[TestClass]
public sealed class OneDirectoryUnknownLength : UnknownLengthSuite<FileHarness>;
