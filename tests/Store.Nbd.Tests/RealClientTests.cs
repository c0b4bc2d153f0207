namespace GlanceStore.Nbd.Tests;

/// <summary>What libnbd's programs and QEMU's make of a server.</summary>
[TestClass]
public sealed class RealClientTests
{
    private static readonly byte[] Bytes = TestServer.Disk(40 << 20);

    [TestInitialize]
    public void Require() => RealClients.Require(RealClients.LibNbd, "nbdinfo", "nbdcopy", "nbdsh");

    [TestMethod]
    public async Task Nbdinfo_is_told_what_an_export_is()
    {
        await using var server = new TestServer([new ScriptedExport("disk 1", Bytes) { Description = "a disk" }]);
        var told = await RealClients.RunAsync("nbdinfo", server.Uri("disk 1"));
        foreach (var line in (string[])
        [
            "protocol: newstyle-fixed without TLS, using structured packets", "export-size: 41943040 (40M)", "description: a disk", "base:allocation",
            "is_read_only: true", "can_multi_conn: true", "can_df: true", "can_cache: false", "can_flush: false", "can_trim: false", "can_zero: false",
            "block_size_minimum: 1", "block_size_preferred: 4096", "block_size_maximum: 33554432",
        ])
        {
            Assert.Contains(line, told);
        }
    }

    [TestMethod]
    public async Task Nbdinfo_lists_exports_whatever_their_names()
    {
        string[] names = ["", "a b", "ümläut", "x/y?z=1&q", new('n', 256)];
        await using var server = TestServer.Of([.. names.Select(name => new ScriptedExport(name, Bytes))]);
        var told = await RealClients.RunAsync("nbdinfo", "--list", server.Uri());
        foreach (var name in names)
        {
            Assert.Contains($"export=\"{name}\"", told);
            Assert.AreEqual("41943040", (await RealClients.RunAsync("nbdinfo", "--size", server.Uri(name))).Trim());
        }
    }

    [TestMethod]
    public async Task Nbdcopy_copies_over_several_connections()
    {
        await using var server = TestServer.Of(NbdExport.FromStream("", new MemoryStream(Bytes)));
        var copy = server.At("copy");
        foreach (var options in (string[][])[[], ["--connections=1", "--requests=1"], ["--connections=4", "--requests=64", "--request-size=33554432"], ["--synchronous"], ["--request-size=4096"]])
        {
            await RealClients.RunAsync("nbdcopy", [.. options, server.Uri(), copy]);
            TestServer.Same(Bytes, await File.ReadAllBytesAsync(copy), string.Join(' ', options));
        }

        await TestServer.UntilAsync(() => server.Server is { ConnectionCount: 0, UsedBufferBytes: 0 });
        Assert.IsEmpty(server.Log.Warnings);
    }

    [TestMethod]
    public async Task Nbdsh_reads_whatever_it_negotiates_and_changes_nothing()
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        var want = server.At("want");
        await File.WriteAllBytesAsync(want, Bytes);
        await RealClients.RunAsync("nbdsh", "-c", $$"""
            import errno
            want = open("{{want}}", "rb").read()

            def connect(structured, flags):
                h = nbd.NBD()
                h.set_request_structured_replies(structured)
                h.set_handshake_flags(flags)
                h.set_strict_mode(0)
                h.connect_uri("{{server.Uri()}}")
                return h

            def fails(call, *arguments):
                try:
                    call(*arguments)
                except nbd.Error as e:
                    return e.errnum
                assert False, "it should have failed"

            for structured in (True, False):
                for flags in (nbd.HANDSHAKE_FLAG_MASK, nbd.HANDSHAKE_FLAG_FIXED_NEWSTYLE, 0):
                    h = connect(structured, flags)
                    assert h.get_structured_replies_negotiated() == (structured and flags & 1 == 1)
                    assert h.get_size() == len(want) and h.is_read_only()
                    assert h.pread(100000, 1048000) == want[1048000:1148000]
                    assert h.pread(1, len(want) - 1) == want[-1:]
                    assert fails(h.pread, 2, len(want) - 1) == errno.EINVAL
                    assert fails(h.pwrite, b"x" * 70000, 0) == errno.EPERM
                    assert fails(h.trim, 4096, 0) == errno.EPERM
                    assert fails(h.zero, 4096, 0) == errno.EPERM
                    assert fails(h.flush) == errno.EINVAL
                    if structured and flags & 1:
                        assert h.pread(3 << 20, 0, nbd.CMD_FLAG_DF) == want[:3 << 20]
                    assert h.pread(32 << 20, 0) == want[:32 << 20]
                    h.shutdown()
            """);
        Assert.IsEmpty(server.Log.Warnings);
    }

    [TestMethod]
    public async Task A_read_error_of_the_store_is_EIO_to_the_clients_and_the_next_read_succeeds()
    {
        var fails = 1;
        await using var server = TestServer.Of(new ScriptedExport("", Bytes)
        {
            Before = (offset, _) => offset == 8192 && Interlocked.Exchange(ref fails, 0) == 1
                ? throw new StoreException(StoreError.Unavailable, "it is away")
                : Task.CompletedTask,
        });
        await RealClients.RunAsync("nbdsh", "-u", server.Uri(), "-c", """
            import errno
            try:
                h.pread(4096, 8192)
                assert False
            except nbd.Error as e:
                assert e.errnum == errno.EIO
            assert len(h.pread(4096, 8192)) == 4096
            """);
    }

    [TestMethod]
    public async Task Two_clients_at_once_read_two_exports_and_the_same_one()
    {
        var other = TestServer.Disk(10 << 20);
        await using var server = TestServer.Of(NbdExport.FromStream("a", new MemoryStream(Bytes)), NbdExport.FromStream("b", new MemoryStream(other)));
        await Task.WhenAll(new[] { "a", "b", "a", "b" }.Select(async (name, i) =>
        {
            await RealClients.RunAsync("nbdcopy", server.Uri(name), server.At($"copy{i}"));
            TestServer.Same(name == "a" ? Bytes : other, await File.ReadAllBytesAsync(server.At($"copy{i}")));
        }));
    }
}
