using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Swift;

[TestClass]
public sealed class KeystoneAbandonedWrite : AbandonedWriteSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneCancellation : CancellationSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneConcurrency : ConcurrencySuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneDelete : DeleteSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneDigest : DigestSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneError : ErrorSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneFault : FaultSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneFind : FindSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneLocation : LocationSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneLie : LieSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneListing : ListingSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneManifest : ManifestSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneOverwrite : OverwriteSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystonePut : PutSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneRange : RangeSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneRead : ReadSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneReadFault : ReadFaultSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneReorder : ReorderSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneResume : ResumeSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneResumedPut : ResumedPutSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneSecret : SecretSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneSeek : SeekSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneSizeContract : SizeContractSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneSizeEdge : SizeEdgeSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneStandstill : StandstillSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneStream : StreamSuite<KeystoneHarness>;

[TestClass]
public sealed class KeystoneUnknownLength : UnknownLengthSuite<KeystoneHarness>;
