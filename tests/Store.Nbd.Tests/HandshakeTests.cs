using System.Buffers.Binary;
using System.Text;
using GlanceStore.Nbd.Protocol;

namespace GlanceStore.Nbd.Tests;

/// <summary>Options, byte for byte.</summary>
[TestClass]
public sealed class HandshakeTests
{
    private static readonly byte[] Bytes = TestServer.Disk(3 << 20);

    [TestMethod]
    public async Task A_list_names_every_export_with_its_description()
    {
        await using var server = new TestServer([new ScriptedExport("b", Bytes) { Description = "the second" }, new ScriptedExport("a", Bytes)]);
        using var client = await RawClient.GreetedAsync(server);
        var replies = await client.OptionAsync(OptionKind.List);
        CollectionAssert.AreEqual(new[] { OptionReplyKind.Server, OptionReplyKind.Server, OptionReplyKind.Acknowledged }, replies.Select(reply => reply.Kind).ToArray());
        CollectionAssert.AreEqual(RawClient.Text("a"), replies[0].Data);
        CollectionAssert.AreEqual((byte[])[.. RawClient.Text("b"), .. Encoding.UTF8.GetBytes("the second")], replies[1].Data);
        Assert.AreEqual(OptionReplyKind.Invalid, (await client.OptionAsync(OptionKind.List, 1)).Single().Kind);
    }

    [TestMethod]
    public async Task A_thousand_exports_with_long_names_are_all_listed()
    {
        var exports = Enumerable.Range(0, 1000).Select(i => new ScriptedExport($"{i}{new string('n', 2000)}", Bytes)).ToArray();
        await using var server = new TestServer(exports);
        using var client = await RawClient.GreetedAsync(server);
        Assert.HasCount(1001, await client.OptionAsync(OptionKind.List));
    }

    [TestMethod]
    public async Task Info_tells_of_an_export_and_leaves_the_client_to_its_options()
    {
        await using var server = new TestServer([new ScriptedExport("ö", Bytes) { Description = "told" }]);
        using var client = await RawClient.GreetedAsync(server);
        var plain = await client.OptionAsync(OptionKind.Info, RawClient.Query("ö"));
        Assert.AreEqual("0000" + "0000000000300000" + "0103", Convert.ToHexString(plain[0].Data));
        Assert.AreEqual("0003" + "00000001" + "00001000" + "02000000", Convert.ToHexString(plain[1].Data));
        Assert.HasCount(3, plain);

        await client.OptionAsync(OptionKind.StructuredReply);
        var asked = await client.OptionAsync(OptionKind.Info, RawClient.Query("ö", InfoKind.Name, InfoKind.Description, (InfoKind)99));
        Assert.AreEqual("0183", Convert.ToHexString(asked[0].Data)[^4..]);
        CollectionAssert.AreEqual((byte[])[0, 1, .. "ö"u8], asked[2].Data);
        CollectionAssert.AreEqual((byte[])[0, 2, .. "told"u8], asked[3].Data);
        Assert.AreEqual(OptionReplyKind.Acknowledged, asked[^1].Kind);
        Assert.AreEqual(OptionReplyKind.Unknown, (await client.OptionAsync(OptionKind.Go, RawClient.Query("o"))).Single().Kind);
        Assert.AreEqual(0, server.Server.ConnectionsOf("ö"));
        Assert.AreEqual(OptionReplyKind.Acknowledged, (await client.OptionAsync(OptionKind.Go, RawClient.Query("ö")))[^1].Kind);
        Assert.AreEqual(1, server.Server.ConnectionsOf("ö"));
    }

    [TestMethod]
    [DataRow(1u, 134)]
    [DataRow(3u, 10)]
    public async Task The_old_way_to_choose_is_answered_with_zeroes_unless_the_client_wants_none(uint flags, int length)
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        using var client = await RawClient.GreetedAsync(server, flags);
        await client.SendAsync(RawClient.OptionHeader(OptionKind.ExportName, 0));
        var reply = await client.ReadAsync(length);
        Assert.AreEqual("0000000000300000" + "0103", Convert.ToHexString(reply[..10]));
        Assert.IsFalse(reply.AsSpan(10).ContainsAnyExcept((byte)0));
        await client.SendAsync(RawClient.Request(RequestKind.Read, 5, 10));
        Assert.AreEqual((NbdError.None, 7ul), await client.SimpleReplyAsync());
        CollectionAssert.AreEqual(Bytes[5..15], await client.ReadAsync(10));
    }

    [TestMethod]
    public async Task A_client_of_the_first_newstyle_reads_by_its_one_option()
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        using var client = await RawClient.GreetedAsync(server, 0);
        await client.SendAsync(RawClient.OptionHeader(OptionKind.ExportName, 0));
        await client.ReadAsync(134);
        using var other = await RawClient.GreetedAsync(server, 0);
        await other.SendAsync(RawClient.OptionHeader(OptionKind.List, 0));
        await other.EndsAsync();
    }

    [TestMethod]
    [DataRow(4u)]
    [DataRow(11u)]
    [DataRow(77u)]
    public async Task An_option_that_there_is_not_is_refused_and_its_data_is_passed_over(uint option)
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        using var client = await RawClient.GreetedAsync(server);
        foreach (var length in (int[])[0, 100, 16384, 500_000])
        {
            Assert.AreEqual(OptionReplyKind.Unsupported, (await client.OptionAsync((OptionKind)option, new byte[length])).Single().Kind);
        }

        Assert.HasCount(2, await client.OptionAsync(OptionKind.List));
    }

    [TestMethod]
    public async Task An_option_that_is_too_long_is_refused_and_the_next_one_is_understood()
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        using var client = await RawClient.GreetedAsync(server);
        Assert.AreEqual(OptionReplyKind.TooBig, (await client.OptionAsync(OptionKind.Go, new byte[1 << 20])).Single().Kind);
        Assert.HasCount(2, await client.OptionAsync(OptionKind.List));
    }

    [TestMethod]
    [DataRow("FFFFFFFF0000")]
    [DataRow("00000005410000")]
    [DataRow("00000000")]
    [DataRow("000000000001")]
    [DataRow("0000000000010000FF")]
    [DataRow("00000002FFFE0000")]
    [DataRow("00000002410000")]
    [DataRow("000000024100" + "0000")]
    public async Task Lengths_that_contradict_each_other_and_names_that_are_no_text_are_invalid(string data)
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        using var client = await RawClient.GreetedAsync(server);
        var bytes = Convert.FromHexString(data);
        Assert.AreEqual(OptionReplyKind.Invalid, (await client.OptionAsync(OptionKind.Info, bytes)).Single().Kind);
        Assert.AreEqual(OptionReplyKind.Invalid, (await client.OptionAsync(OptionKind.Go, bytes)).Single().Kind);
        await client.OptionAsync(OptionKind.StructuredReply);
        Assert.AreEqual(OptionReplyKind.Invalid, (await client.OptionAsync(OptionKind.SetMetaContext, [.. bytes, 0, 0])).Single().Kind);
        Assert.HasCount(2, await client.OptionAsync(OptionKind.List));
    }

    [TestMethod]
    public async Task A_name_of_4097_bytes_is_invalid_and_one_of_4096_is_not()
    {
        var name = new string('n', 4096);
        await using var server = TestServer.Of(new ScriptedExport(name, Bytes));
        using var client = await RawClient.GreetedAsync(server);
        Assert.AreEqual(OptionReplyKind.Invalid, (await client.OptionAsync(OptionKind.Info, RawClient.Query(name + "n"))).Single().Kind);
        Assert.AreEqual(OptionReplyKind.Acknowledged, (await client.OptionAsync(OptionKind.Info, RawClient.Query(name)))[^1].Kind);
        Assert.ThrowsExactly<ArgumentException>(() => new ScriptedExport(name + "n", []));
        Assert.ThrowsExactly<ArgumentException>(() => new ScriptedExport("a\0b", []));
        Assert.ThrowsExactly<ArgumentException>(() => new ScriptedExport("\uD800", []));
    }

    [TestMethod]
    public async Task Contexts_are_listed_by_wildcards_and_chosen_by_name_only()
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        using var client = await RawClient.GreetedAsync(server);
        Assert.AreEqual(OptionReplyKind.Invalid, (await client.OptionAsync(OptionKind.SetMetaContext, RawClient.MetaContext("", "base:allocation"))).Single().Kind);
        await client.OptionAsync(OptionKind.StructuredReply);
        foreach (var queries in (string[][])[[], ["base:"], ["base:allocation"], ["qemu:dirty-bitmap:x", "base:allocation"]])
        {
            Assert.HasCount(2, await client.OptionAsync(OptionKind.ListMetaContext, RawClient.MetaContext("", queries)), string.Join(' ', queries));
        }

        foreach (var queries in (string[][])[[], ["base:"], ["base:allocations"], ["qemu:"], [""]])
        {
            Assert.HasCount(1, await client.OptionAsync(OptionKind.SetMetaContext, RawClient.MetaContext("", queries)), string.Join(' ', queries));
        }

        Assert.AreEqual(OptionReplyKind.Unknown, (await client.OptionAsync(OptionKind.SetMetaContext, RawClient.MetaContext("x", "base:allocation"))).Single().Kind);
        var chosen = await client.OptionAsync(OptionKind.SetMetaContext, RawClient.MetaContext("", "base:", "base:allocation"));
        CollectionAssert.AreEqual((byte[])[0, 0, 0, 1, .. "base:allocation"u8], chosen[0].Data);
    }

    [TestMethod]
    public async Task A_context_that_was_chosen_for_another_export_or_unchosen_is_not_there()
    {
        await using var server = TestServer.Of(new ScriptedExport("a", Bytes), new ScriptedExport("b", Bytes));
        foreach (var again in (byte[]?[])[null, RawClient.MetaContext("b", "qemu:x"), [1, 2, 3]])
        {
            using var client = await RawClient.GreetedAsync(server);
            await client.OptionAsync(OptionKind.StructuredReply);
            await client.OptionAsync(OptionKind.SetMetaContext, RawClient.MetaContext(again is null ? "a" : "b", "base:allocation"));
            if (again is not null)
            {
                await client.OptionAsync(OptionKind.SetMetaContext, again);
            }

            await client.OptionAsync(OptionKind.Go, RawClient.Query("b"));
            await client.SendAsync(RawClient.Request(RequestKind.BlockStatus, 0, 4096));
            var chunk = await client.ChunkAsync();
            Assert.AreEqual((RawClient.Chunk.Error, NbdError.Invalid), (chunk.Kind, chunk.ErrorCode));
        }
    }

    [TestMethod]
    public async Task A_client_that_gives_up_is_told_so_and_disconnected()
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        using var client = await RawClient.GreetedAsync(server);
        Assert.AreEqual(OptionReplyKind.Acknowledged, (await client.OptionAsync(OptionKind.Abort)).Single().Kind);
        await client.EndsAsync();
        await TestServer.UntilAsync(() => server.Server.ConnectionCount == 0);
        Assert.IsEmpty(server.Log.Warnings);
    }

    [TestMethod]
    public async Task Without_TLS_configured_STARTTLS_is_refused_and_the_client_may_go_on()
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        using var client = await RawClient.GreetedAsync(server);
        Assert.AreEqual(OptionReplyKind.Policy, (await client.OptionAsync(OptionKind.StartTls)).Single().Kind);
        Assert.AreEqual(OptionReplyKind.Acknowledged, (await client.OptionAsync(OptionKind.Go, RawClient.Query("")))[^1].Kind);
        Assert.AreEqual((ulong)Bytes.Length, BinaryPrimitives.ReadUInt64BigEndian((await InfoOfAsync(server)).AsSpan(2)));
    }

    private static async Task<byte[]> InfoOfAsync(TestServer server)
    {
        using var client = await RawClient.GreetedAsync(server);
        return (await client.OptionAsync(OptionKind.Info, RawClient.Query("")))[0].Data;
    }
}
