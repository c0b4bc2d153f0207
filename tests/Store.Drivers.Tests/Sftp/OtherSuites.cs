using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Sftp;

[TestClass]
public sealed class RcloneOffPut : PutSuite<RcloneOffHarness>;

[TestClass]
public sealed class RcloneOffRead : ReadSuite<RcloneOffHarness>;

[TestClass]
public sealed class RcloneOffDelete : DeleteSuite<RcloneOffHarness>;

[TestClass]
public sealed class RcloneOffRange : RangeSuite<RcloneOffHarness>;

[TestClass]
public sealed class RcloneMinimalPut : PutSuite<RcloneMinimalHarness>;

[TestClass]
public sealed class RcloneWritesPut : PutSuite<RcloneWritesHarness>;

[TestClass]
public sealed class RcloneFullPut : PutSuite<RcloneFullHarness>;

[TestClass]
public sealed class RcloneFullRead : ReadSuite<RcloneFullHarness>;

[TestClass]
public sealed class RcloneFullDelete : DeleteSuite<RcloneFullHarness>;

[TestClass]
public sealed class RcloneFullRange : RangeSuite<RcloneFullHarness>;

[TestClass]
public sealed class ProftpdPut : PutSuite<ProftpdHarness>;

[TestClass]
public sealed class ProftpdRead : ReadSuite<ProftpdHarness>;

[TestClass]
public sealed class ProftpdDelete : DeleteSuite<ProftpdHarness>;

[TestClass]
public sealed class ProftpdRange : RangeSuite<ProftpdHarness>;

[TestClass]
public sealed class GesftpserverPut : PutSuite<GesftpserverHarness>;

[TestClass]
public sealed class GesftpserverRead : ReadSuite<GesftpserverHarness>;

[TestClass]
public sealed class GesftpserverDelete : DeleteSuite<GesftpserverHarness>;

[TestClass]
public sealed class GesftpserverRange : RangeSuite<GesftpserverHarness>;

[TestClass]
public sealed class DropbearPut : PutSuite<DropbearHarness>;

[TestClass]
public sealed class DropbearRead : ReadSuite<DropbearHarness>;

[TestClass]
public sealed class DropbearDelete : DeleteSuite<DropbearHarness>;

[TestClass]
public sealed class DropbearRange : RangeSuite<DropbearHarness>;

[TestClass]
public sealed class TruncatingPut : PutSuite<TruncatingHarness>;

[TestClass]
public sealed class TruncatingRead : ReadSuite<TruncatingHarness>;

[TestClass]
public sealed class TruncatingDelete : DeleteSuite<TruncatingHarness>;

[TestClass]
public sealed class TruncatingRange : RangeSuite<TruncatingHarness>;

[TestClass]
public sealed class InOrderPut : PutSuite<InOrderHarness>;

[TestClass]
public sealed class InOrderRead : ReadSuite<InOrderHarness>;

[TestClass]
public sealed class InOrderDelete : DeleteSuite<InOrderHarness>;

[TestClass]
public sealed class InOrderRange : RangeSuite<InOrderHarness>;

[TestClass]
public sealed class OneOpenPut : PutSuite<OneOpenHarness>;

[TestClass]
public sealed class OneOpenRead : ReadSuite<OneOpenHarness>;

[TestClass]
public sealed class OneOpenDelete : DeleteSuite<OneOpenHarness>;

[TestClass]
public sealed class OneOpenRange : RangeSuite<OneOpenHarness>;

[TestClass]
public sealed class NoTypePut : PutSuite<NoTypeHarness>;

[TestClass]
public sealed class NoTypeRead : ReadSuite<NoTypeHarness>;

[TestClass]
public sealed class NoTypeDelete : DeleteSuite<NoTypeHarness>;

[TestClass]
public sealed class NoTypeRange : RangeSuite<NoTypeHarness>;
