using System.Buffers.Binary;
using GlanceStore.Formats;
using GlanceStore.Nbd.Protocol;

namespace GlanceStore.Nbd.Tests;

/// <summary>Requests and their answers, byte for byte.</summary>
[TestClass]
public sealed class TransmissionTests
{
    private static readonly byte[] Bytes = TestServer.Disk(6 << 20);

    [TestMethod]
    public async Task Zeros_are_sent_as_a_hole_and_long_reads_in_parts()
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        using var client = await RawClient.ReadingAsync(server);
        await client.SendAsync(RawClient.Request(RequestKind.Read, 0, 3 << 20));
        RawClient.Chunk[] chunks = [await client.ChunkAsync(), await client.ChunkAsync(), await client.ChunkAsync()];
        CollectionAssert.AreEqual(new[] { RawClient.Chunk.Data, RawClient.Chunk.Hole, RawClient.Chunk.Data }, chunks.Select(chunk => chunk.Kind).ToArray());
        CollectionAssert.AreEqual(new[] { false, false, true }, chunks.Select(chunk => chunk.IsLast).ToArray());
        CollectionAssert.AreEqual(Bytes[..(3 << 20)], chunks.SelectMany(chunk => chunk.Bytes).ToArray());
    }

    [TestMethod]
    [DataRow(1 << 20, 2 << 20)]
    [DataRow(1 << 20, 1 << 20)]
    [DataRow((1 << 20) - 3, 65_536)]
    public async Task A_read_that_may_not_be_fragmented_is_one_chunk(int offset, int length)
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        using var client = await RawClient.ReadingAsync(server);
        await client.SendAsync(RawClient.Request(RequestKind.Read, offset, (uint)length, RequestFlags.DontFragment));
        var chunk = await client.ChunkAsync();
        Assert.IsTrue(chunk.IsLast);
        CollectionAssert.AreEqual(Bytes[offset..(offset + length)], chunk.Bytes);
    }

    [TestMethod]
    public async Task Parts_anywhere_and_of_any_length_are_what_is_there()
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        using var structured = await RawClient.ReadingAsync(server);
        using var simple = await RawClient.ReadingAsync(server, structured: false);
        var random = new Random(5);
        for (var i = 0; i < 200; i++)
        {
            var offset = random.Next(Bytes.Length);
            var length = random.Next(1, Math.Min(Bytes.Length - offset, i % 4 == 0 ? 3 << 20 : 10_000) + 1);
            TestServer.Same(Bytes[offset..(offset + length)], await structured.ReadPartAsync(offset, length));
            await simple.SendAsync(RawClient.Request(RequestKind.Read, offset, (uint)length));
            Assert.AreEqual(NbdError.None, (await simple.SimpleReplyAsync()).Error);
            TestServer.Same(Bytes[offset..(offset + length)], await simple.ReadAsync(length));
        }
    }

    [TestMethod]
    [DataRow((int)RequestKind.Read, (6L << 20) - 1, 2u, (int)RequestFlags.None)]
    [DataRow((int)RequestKind.Read, 6L << 20, 1u, (int)RequestFlags.None)]
    [DataRow((int)RequestKind.Read, -1L, 2u, (int)RequestFlags.None)]
    [DataRow((int)RequestKind.Read, long.MinValue, 1u, (int)RequestFlags.None)]
    [DataRow((int)RequestKind.Read, 0L, 0u, (int)RequestFlags.None)]
    [DataRow((int)RequestKind.Read, 0L, uint.MaxValue, (int)RequestFlags.None)]
    [DataRow((int)RequestKind.Read, 0L, 512u, (int)RequestFlags.ForceUnitAccess)]
    [DataRow((int)RequestKind.Read, 0L, 512u, (int)RequestFlags.OneExtent)]
    [DataRow((int)RequestKind.BlockStatus, 0L, 512u, (int)RequestFlags.DontFragment)]
    [DataRow((int)RequestKind.BlockStatus, 0L, uint.MaxValue, (int)RequestFlags.None)]
    [DataRow((int)RequestKind.Flush, 0L, 0u, (int)RequestFlags.None)]
    [DataRow((int)RequestKind.Cache, 0L, 512u, (int)RequestFlags.None)]
    [DataRow(8, 0L, 512u, (int)RequestFlags.None)]
    [DataRow(999, 0L, 512u, (int)RequestFlags.None)]
    public async Task What_lies_outside_or_was_not_offered_is_invalid_and_the_connection_goes_on(int kind, long offset, uint length, int flags)
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        using var client = await RawClient.ReadingAsync(server, extents: true);
        await client.SendAsync(RawClient.Request((RequestKind)kind, offset, length, (RequestFlags)flags));
        var chunk = await client.ChunkAsync();
        Assert.AreEqual((RawClient.Chunk.Error, true, 7ul, NbdError.Invalid), (chunk.Kind, chunk.IsLast, chunk.Cookie, chunk.ErrorCode));
        Assert.EndsWith(".", chunk.Sentence);
        await client.ReadPartAsync(0, 512);
        using var simple = await RawClient.ReadingAsync(server, structured: false);
        await simple.SendAsync(RawClient.Request((RequestKind)kind, offset, length, (RequestFlags)flags));
        Assert.AreEqual((NbdError.Invalid, 7ul), await simple.SimpleReplyAsync());
    }

    [TestMethod]
    [DataRow((int)RequestKind.Write, 40_000)]
    [DataRow((int)RequestKind.Trim, 0)]
    [DataRow((int)RequestKind.WriteZeroes, 0)]
    public async Task What_would_change_bytes_is_not_permitted_and_what_was_to_be_written_is_passed_over(int kind, int sent)
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        using var client = await RawClient.ReadingAsync(server);
        await client.SendAsync([.. RawClient.Request((RequestKind)kind, 0, 40_000, RequestFlags.ForceUnitAccess), .. new byte[sent]]);
        Assert.AreEqual(NbdError.NotPermitted, (await client.ChunkAsync()).ErrorCode);
        CollectionAssert.AreEqual(Bytes[..512], await client.ReadPartAsync(0, 512));
    }

    [TestMethod]
    public async Task Answers_come_as_they_are_ready_and_a_slow_read_keeps_no_other_waiting()
    {
        var slow = new TaskCompletionSource();
        await using var server = TestServer.Of(new ScriptedExport("", Bytes) { Before = (offset, _) => offset == 0 ? slow.Task : Task.CompletedTask });
        using var client = await RawClient.ReadingAsync(server);
        await client.SendAsync([.. RawClient.Request(RequestKind.Read, 0, 512, cookie: 1), .. RawClient.Request(RequestKind.Read, 512, 512, cookie: 2)]);
        Assert.AreEqual(2ul, (await client.ChunkAsync()).Cookie);
        slow.SetResult();
        Assert.AreEqual(1ul, (await client.ChunkAsync()).Cookie);
    }

    [TestMethod]
    public async Task Who_disconnects_gets_the_answers_that_were_due_first()
    {
        var slow = new TaskCompletionSource();
        await using var server = TestServer.Of(new ScriptedExport("", Bytes) { Before = (_, _) => slow.Task });
        using var client = await RawClient.ReadingAsync(server);
        await client.SendAsync([.. RawClient.Request(RequestKind.Read, 0, 512), .. RawClient.Request(RequestKind.Disconnect, 0, 0)]);
        slow.SetResult();
        CollectionAssert.AreEqual(Bytes[..512], (await client.ChunkAsync()).Bytes);
        await client.EndsAsync();
        Assert.IsEmpty(server.Log.Warnings);
    }

    [TestMethod]
    public async Task No_more_requests_are_worked_on_at_once_than_allowed()
    {
        var export = new ScriptedExport("", Bytes) { Before = async (_, _) => await Task.Yield() };
        await using var server = new TestServer([export], options => options with { MaxRequestsPerConnection = 3 });
        using var client = await RawClient.ReadingAsync(server);
        await client.SendAsync([.. Enumerable.Range(0, 100).SelectMany(i => RawClient.Request(RequestKind.Read, i * 512, 512, cookie: (ulong)i))]);
        var cookies = new HashSet<ulong>();
        for (var i = 0; i < 100; i++)
        {
            cookies.Add((await client.ChunkAsync()).Cookie);
        }

        Assert.HasCount(100, cookies);
        Assert.IsInRange(1, 3, export.MostUnderWay);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(64)]
    public async Task Requests_that_come_together_are_all_answered(int atOnce)
    {
        await using var server = new TestServer([new ScriptedExport("", Bytes)], options => options with { MaxRequestsPerConnection = atOnce });
        using var client = await RawClient.ReadingAsync(server);
        await client.SendAsync([.. Enumerable.Range(0, 300).SelectMany(i => RawClient.Request(RequestKind.Read, i * 4096, 4096, cookie: (ulong)i))]);
        for (var i = 0; i < 300; i++)
        {
            var chunk = await client.ChunkAsync();
            CollectionAssert.AreEqual(Bytes[((int)chunk.Cookie * 4096)..(((int)chunk.Cookie + 1) * 4096)], chunk.Bytes);
        }
    }

    [TestMethod]
    public async Task A_read_that_fails_is_an_error_with_its_place_and_without_its_secrets()
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes)
        {
            Before = (offset, _) => offset < 2 << 20 ? Task.CompletedTask : throw new StoreException(StoreError.Corrupted, "s3://bucket/key differs"),
        });
        using var client = await RawClient.ReadingAsync(server);
        await client.SendAsync(RawClient.Request(RequestKind.Read, 0, 3 << 20));
        Assert.AreEqual(RawClient.Chunk.Data, (await client.ChunkAsync()).Kind);
        Assert.AreEqual(RawClient.Chunk.Hole, (await client.ChunkAsync()).Kind);
        var error = await client.ChunkAsync();
        Assert.AreEqual((RawClient.Chunk.ErrorAt, true, NbdError.InputOutput), (error.Kind, error.IsLast, error.ErrorCode));
        Assert.AreEqual(2 << 20, BinaryPrimitives.ReadInt64BigEndian(error.Content.AsSpan(error.Content.Length - 8)));
        Assert.Contains("Corrupted", error.Sentence);
        Assert.DoesNotContain("bucket", error.Sentence);
        Assert.Contains("s3://bucket/key differs", server.Log.Warnings.Single());
        CollectionAssert.AreEqual(Bytes[..512], await client.ReadPartAsync(0, 512));
        await client.SendAsync(RawClient.Request(RequestKind.Read, 4 << 20, 512));
        Assert.AreEqual(NbdError.InputOutput, (await client.ChunkAsync()).ErrorCode);
        Assert.HasCount(1, server.Log.Warnings.ToList(), "the same reason is said once");
    }

    [TestMethod]
    public async Task A_read_that_fails_half_way_is_never_a_success_to_a_client_of_simple_replies()
    {
        await using var image = new ShortStream(1 << 20, 600_000);
        await using var server = TestServer.Of(NbdExport.FromStream("", image));
        using var client = await RawClient.ReadingAsync(server, structured: false);
        await client.SendAsync(RawClient.Request(RequestKind.Read, 500_000, 200_000));
        Assert.AreEqual(NbdError.InputOutput, (await client.SimpleReplyAsync()).Error);
        await client.SendAsync(RawClient.Request(RequestKind.Read, 500_000, 100_000));
        Assert.AreEqual(NbdError.None, (await client.SimpleReplyAsync()).Error);
        await client.ReadAsync(100_000);
    }

    [TestMethod]
    public async Task Extents_are_told_within_what_was_asked_for_and_neighbours_of_one_kind_as_one()
    {
        DiskExtentKind[] kinds = [DiskExtentKind.Data, DiskExtentKind.Hole, DiskExtentKind.Zero, DiskExtentKind.Data];
        await using var server = TestServer.Of(new ScriptedExport("", Bytes[..(4 << 16)]) { Kinds = kinds });
        using var client = await RawClient.ReadingAsync(server, extents: true);
        Assert.AreEqual("65536:0 131072:3 65536:0", await ExtentsAsync(client, 0, 4 << 16));
        Assert.AreEqual("65526:0 131072:3 1:0", await ExtentsAsync(client, 10, (3 << 16) - 9));
        Assert.AreEqual("131062:3", await ExtentsAsync(client, (1 << 16) + 10, (3 << 16) - 10, RequestFlags.OneExtent));
        Assert.AreEqual("100:3", await ExtentsAsync(client, 2 << 16, 100));
    }

    [TestMethod]
    public async Task An_export_that_knows_no_extents_is_data_all_over()
    {
        await using var image = new MemoryStream(Bytes);
        await using var server = TestServer.Of(NbdExport.FromStream("", image), new ScriptedExport("none", Bytes));
        foreach (var name in (string[])["", "none"])
        {
            using var client = await RawClient.ReadingAsync(server, extents: true, export: name);
            Assert.AreEqual("1000:0", await ExtentsAsync(client, 500, 1000), name);
        }
    }

    [TestMethod]
    public async Task A_disk_of_countless_extents_is_told_a_bounded_number_at_a_time()
    {
        var kinds = Enumerable.Range(0, 3000).Select(i => i % 2 == 0 ? DiskExtentKind.Data : DiskExtentKind.Hole).ToArray();
        await using var server = TestServer.Of(new ScriptedExport("", new byte[3000 << 16]) { Kinds = kinds });
        using var client = await RawClient.ReadingAsync(server, extents: true);
        Assert.HasCount(1024, (await ExtentsAsync(client, 0, 3000 << 16)).Split(' '));
    }

    [TestMethod]
    public async Task What_is_to_be_fetched_ahead_reaches_an_export_that_can()
    {
        var export = new ScriptedExport("", Bytes) { Caches = true };
        await using var server = TestServer.Of(export);
        using var client = await RawClient.ReadingAsync(server);
        await client.SendAsync(RawClient.Request(RequestKind.Cache, 4096, 5 << 20));
        Assert.AreEqual((NbdError.None, 7ul), await client.SimpleReplyAsync());
        Assert.AreEqual((4096L, 5L << 20), export.Cached.Single());
    }

    private static async Task<string> ExtentsAsync(RawClient client, long offset, int length, RequestFlags flags = 0)
    {
        await client.SendAsync(RawClient.Request(RequestKind.BlockStatus, offset, (uint)length, flags));
        var chunk = await client.ChunkAsync();
        Assert.AreEqual((RawClient.Chunk.Extents, true, 1u), (chunk.Kind, chunk.IsLast, BinaryPrimitives.ReadUInt32BigEndian(chunk.Content)));
        return string.Join(' ', chunk.Content[4..].Chunk(8).Select(extent => $"{BinaryPrimitives.ReadUInt32BigEndian(extent)}:{extent[7]}"));
    }
}
