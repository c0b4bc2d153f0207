using System.Net.Sockets;
using GlanceStore.Nbd.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace GlanceStore.Nbd.Tests;

/// <summary>Clients that break the protocol, stand still or come in crowds: disconnected with one sentence, in bounded memory, and others are served.</summary>
[TestClass]
public sealed class HostileClientTests
{
    private static readonly byte[] Bytes = TestServer.Disk(8 << 20);

    [TestMethod]
    [DataRow("00000004", "flags that there are not")]
    [DataRow("FFFFFFFF", "flags that there are not")]
    [DataRow("00000003" + "0102030405060708" + "0000000300000000", "newstyle")]
    [DataRow("00000003" + "49484156454F5054" + "00000007FFFFFFFF", "an option of 4294967295 bytes")]
    [DataRow("00000003" + "49484156454F5054" + "0000FFFF00200000", "an option of 2097152 bytes")]
    [DataRow("00000003" + "49484156454F5054" + "0000000100001001", "a name of 4097 bytes")]
    [DataRow("00000003" + "49484156454F5054" + "00000001FFFFFFFF", "a name of 4294967295 bytes")]
    [DataRow("00000003" + "49484156454F5054" + "0000000100000002FFFE", "no text")]
    [DataRow("00000003" + "49484156454F5054" + "000000010000000141", "there is not")]
    [DataRow("00000000" + "49484156454F5054" + "0000000300000000", "not agreed")]
    [DataRow("474554202F20485454502F312E310D0A", "flags that there are not")]
    public async Task A_greeting_that_is_none_ends_the_connection_with_one_sentence(string sent, string words)
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        using var client = await RawClient.ConnectAsync(server.Server.EndPoint);
        await client.SendAsync(Convert.FromHexString(sent));
        await client.EndsAsync();
        await IsServedAsync(server);
        Assert.Contains(words, server.Log.Warnings.Single());
    }

    [TestMethod]
    public async Task A_request_that_is_none_ends_the_connection_with_one_sentence()
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        using var client = await RawClient.ReadingAsync(server);
        await client.SendAsync(new byte[28]);
        await client.EndsAsync();
        await IsServedAsync(server);
        Assert.Contains("no request", server.Log.Warnings.Single());
    }

    [TestMethod]
    public async Task A_write_of_4_GiB_ends_the_connection_instead_of_being_read()
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        using var client = await RawClient.ReadingAsync(server);
        await client.SendAsync(RawClient.Request(RequestKind.Write, 0, uint.MaxValue));
        await client.EndsAsync();
        await IsServedAsync(server);
        Assert.Contains("4294967295 bytes to be written", server.Log.Warnings.Single());
    }

    [TestMethod]
    public async Task Options_without_end_end_the_connection()
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        using var client = await RawClient.GreetedAsync(server);
        var reading = client.EndsAsync();
        try
        {
            while (!reading.IsCompleted)
            {
                await client.SendAsync(RawClient.OptionHeader(OptionKind.List, 0));
            }
        }
        catch (IOException)
        {
            // It has ended.
        }

        await reading;
        await IsServedAsync(server);
        Assert.Contains("4096 options", server.Log.Warnings.Single());
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("000000")]
    [DataRow("00000003")]
    [DataRow("00000003" + "49484156454F5054" + "000000070000")]
    [DataRow("00000003" + "49484156454F5054" + "0000000700000100" + "00")]
    public async Task Who_does_not_come_to_the_point_in_time_is_disconnected(string sent)
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer([new ScriptedExport("", Bytes)], options => options with { TimeProvider = time });
        using var client = await RawClient.ConnectAsync(server.Server.EndPoint);
        await client.SendAsync(Convert.FromHexString(sent));
        await TestServer.UntilAsync(() => server.Server.ConnectionCount == 1);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.IsEmpty(server.Log.Warnings);
        time.Advance(TimeSpan.FromSeconds(2));
        await client.EndsAsync();
        Assert.Contains("chose no export within", server.Log.Warnings.Single());
    }

    [TestMethod]
    public async Task Who_trickles_bytes_is_disconnected_in_the_same_time()
    {
        await using var server = new TestServer([new ScriptedExport("", Bytes)], options => options with { HandshakeTimeout = TimeSpan.FromMilliseconds(300) });
        using var client = await RawClient.ConnectAsync(server.Server.EndPoint);
        var ends = client.EndsAsync();
        byte[] all = [0, 0, 0, 3, .. RawClient.OptionHeader((OptionKind)99, 16000), .. new byte[16000]];
        try
        {
            foreach (var one in all)
            {
                await client.SendAsync(one);
                if (await Task.WhenAny(ends, Task.Delay(10)) == ends)
                {
                    break;
                }
            }
        }
        catch (IOException)
        {
            // It has ended.
        }

        await ends;
        Assert.Contains("chose no export within", server.Log.Warnings.Single());
    }

    [TestMethod]
    public async Task A_guest_that_reads_nothing_for_long_stays_connected()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer([new ScriptedExport("", Bytes)], options => options with { TimeProvider = time });
        using var client = await RawClient.ReadingAsync(server);
        await client.ReadPartAsync(0, 512);
        await Task.Delay(200); // the server knows a little later than the client that the answer was taken
        time.Advance(TimeSpan.FromDays(7));
        CollectionAssert.AreEqual(Bytes[..512], await client.ReadPartAsync(0, 512));
        Assert.IsEmpty(server.Log.Warnings);
    }

    [TestMethod]
    public async Task Who_takes_no_answers_is_disconnected_and_his_memory_serves_others()
    {
        await using var server = new TestServer([new ScriptedExport("", Bytes)], options => options with
        {
            MaxRequestBytes = 1 << 20,
            MaxBufferBytes = (2 << 20) + (64 << 10),
            StallTimeout = TimeSpan.FromSeconds(1),
        });
        List<RawClient> stalled = [];
        for (var i = 0; i < 3; i++)
        {
            stalled.Add(await RawClient.ReadingAsync(server));
            await stalled[i].SendAsync([.. Enumerable.Range(0, 8).SelectMany(_ => RawClient.Request(RequestKind.Read, 0, 1 << 20))]);
        }

        using var client = await RawClient.ReadingAsync(server);
        CollectionAssert.AreEqual(Bytes[..(1 << 20)], await client.ReadPartAsync(0, 1 << 20));
        await TestServer.UntilAsync(() => server.Server.ConnectionCount == 1);
        Assert.IsTrue(server.Log.Warnings.All(warning => warning.Contains("has not taken an answer within")));
        Assert.HasCount(3, server.Log.Warnings.ToList());
        stalled.ForEach(one => one.Dispose());
    }

    [TestMethod]
    public async Task Whose_store_does_not_answer_takes_no_memory_from_a_guest_whose_image_is_here()
    {
        var (answered, asked) = (new TaskCompletionSource(), 0);
        var far = new ScriptedExport("far", Bytes)
        {
            Ready = async (_, token) =>
            {
                Interlocked.Increment(ref asked);
                await answered.Task.WaitAsync(token);
            },
        };
        await using var server = new TestServer([far, new ScriptedExport("here", Bytes)], options => options with { MaxBufferBytes = (2 << 20) + (64 << 10) });
        List<RawClient> waiting = [];
        for (var i = 0; i < 4; i++)
        {
            waiting.Add(await RawClient.ReadingAsync(server, export: "far"));
            await waiting[i].SendAsync([.. Enumerable.Range(0, 8).SelectMany(at => RawClient.Request(RequestKind.Read, (at % 7) << 20, 1 << 20))]);
        }

        await TestServer.UntilAsync(() => Volatile.Read(ref asked) == 32);
        Assert.AreEqual(0, server.Server.UsedBufferBytes);
        using var guest = await RawClient.ReadingAsync(server, export: "here");
        CollectionAssert.AreEqual(Bytes[..(1 << 20)], await guest.ReadPartAsync(0, 1 << 20));
        answered.SetResult();
        await Task.WhenAll(waiting.Select(async client =>
        {
            for (var answers = 0; answers < 8; answers++)
            {
                await client.ChunkAsync();
            }

            client.Dispose();
        }));
    }

    [TestMethod]
    public async Task A_read_that_is_longer_than_the_memory_is_answered_and_keeps_nobody_waiting()
    {
        const int Length = 4 << 20;
        var (go, begun) = (new TaskCompletionSource(), new TaskCompletionSource());
        var underWay = 0;
        await using var server = new TestServer([new ScriptedExport("", Bytes)
        {
            Before = async (offset, token) =>
            {
                if (offset == 0)
                {
                    Assert.AreEqual(1, Interlocked.Increment(ref underWay));
                    begun.TrySetResult();
                    await go.Task.WaitAsync(token);
                    Interlocked.Decrement(ref underWay);
                }
            },
        }], options => options with { MaxBufferBytes = (1 << 20) + (64 << 10) });
        using var one = await RawClient.ReadingAsync(server, structured: false);
        using var other = await RawClient.ReadingAsync(server, structured: false);
        await one.SendAsync(RawClient.Request(RequestKind.Read, 0, Length));
        await other.SendAsync(RawClient.Request(RequestKind.Read, 0, Length));
        await begun.Task;
        using var small = await RawClient.ReadingAsync(server);
        CollectionAssert.AreEqual(Bytes[512..1024], await small.ReadPartAsync(512, 512));
        go.SetResult();
        await Task.WhenAll(((RawClient[])[one, other]).Select(async client =>
        {
            Assert.AreEqual(NbdError.None, (await client.SimpleReplyAsync()).Error);
            CollectionAssert.AreEqual(Bytes[..Length], await client.ReadAsync(Length));
        }));

        await TestServer.UntilAsync(() => server.Server.UsedBufferBytes == 0);
    }

    [TestMethod]
    public async Task However_much_is_asked_for_at_once_memory_stays_within_its_bound()
    {
        const long Bound = 4 << 20;
        var most = 0L;
        TestServer? asked = null;
        var export = new ScriptedExport("", Bytes)
        {
            Before = async (_, _) =>
            {
                await Task.Yield();
                most = Math.Max(most, asked!.Server.UsedBufferBytes);
            },
        };
        await using var server = asked = new TestServer([export], options => options with { MaxRequestBytes = 1 << 20, MaxBufferBytes = Bound });
        var clients = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => RawClient.ReadingAsync(server, structured: i % 2 == 0)));
        await Task.WhenAll(clients.Select(async (client, i) =>
        {
            await client.SendAsync([.. Enumerable.Range(0, 40).SelectMany(at => RawClient.Request(RequestKind.Read, (at % 7) << 20, 1 << 20))]);
            for (var answers = 0; answers < 40; answers++)
            {
                if (i % 2 == 0)
                {
                    await client.ChunkAsync();
                }
                else
                {
                    Assert.AreEqual(NbdError.None, (await client.SimpleReplyAsync()).Error);
                    await client.ReadAsync(1 << 20);
                }
            }
        }));
        Assert.IsInRange(1L << 20, Bound, most);
        await TestServer.UntilAsync(() => server.Server.UsedBufferBytes == 0);
        foreach (var client in clients)
        {
            client.Dispose();
        }
    }

    [TestMethod]
    public async Task Thirty_two_exports_that_are_read_at_once_stay_within_the_one_bound()
    {
        const int Exports = 32;
        const long Bound = 8 << 20;
        var most = 0L;
        TestServer? asked = null;
        var exports = Enumerable.Range(0, Exports).Select(i => new ScriptedExport($"disk {i}", Bytes)
        {
            Before = async (_, _) =>
            {
                await Task.Yield();
                InterlockedMax(ref most, asked!.Server.UsedBufferBytes);
            },
        });
        await using var server = asked = new TestServer([.. exports], options => options with { MaxRequestBytes = 1 << 20, MaxBufferBytes = Bound });
        await Task.WhenAll(Enumerable.Range(0, Exports).Select(async i =>
        {
            using var client = await RawClient.ReadingAsync(server, export: $"disk {i}");
            await client.SendAsync([.. Enumerable.Range(0, 20).SelectMany(at => RawClient.Request(RequestKind.Read, (at % 7) << 20, 1 << 20))]);
            for (var answers = 0; answers < 20; answers++)
            {
                await client.ChunkAsync();
            }
        }));
        Assert.IsInRange(1L << 20, Bound, most);
        await TestServer.UntilAsync(() => server.Server.UsedBufferBytes == 0);
        Assert.IsEmpty(server.Log.Warnings);
    }

    [TestMethod]
    public async Task A_crowd_is_let_in_up_to_the_limit_and_said_so_once()
    {
        await using var server = new TestServer([new ScriptedExport("", Bytes)], options => options with { MaxConnections = 20 });
        List<RawClient> clients = [];
        for (var i = 0; i < 20; i++)
        {
            clients.Add(await RawClient.ReadingAsync(server));
        }

        for (var i = 0; i < 1000; i++)
        {
            using var late = await RawClient.ConnectAsync(server.Server.EndPoint);
            await late.EndsAsync();
        }

        Assert.Contains("MaxConnections", server.Log.Warnings.Single());
        CollectionAssert.AreEqual(Bytes[..512], await clients[7].ReadPartAsync(0, 512));
        clients.ForEach(client => client.Dispose());
        await TestServer.UntilAsync(() => server.Server.ConnectionCount == 0);
        await IsServedAsync(server);
    }

    [TestMethod]
    public async Task Who_leaves_in_the_middle_ends_the_reads_that_nobody_wants_any_more()
    {
        var ended = new TaskCompletionSource();
        await using var server = TestServer.Of(new ScriptedExport("", Bytes)
        {
            Before = async (_, cancellationToken) =>
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                }
                finally
                {
                    ended.TrySetResult();
                }
            },
        });
        var client = await RawClient.ReadingAsync(server);
        await client.SendAsync(RawClient.Request(RequestKind.Read, 0, 512));
        client.Dispose();
        await ended.Task;
        await TestServer.UntilAsync(() => server.Server is { ConnectionCount: 0, UsedBufferBytes: 0 });
        Assert.IsEmpty(server.Log.Warnings);
    }

    [TestMethod]
    public async Task Clients_that_connect_and_go_at_once_leave_nothing()
    {
        await using var server = TestServer.Of(new ScriptedExport("", Bytes));
        for (var i = 0; i < 300; i++)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(server.Server.EndPoint); // one that does not wait fails where the queue is full
        }

        await IsServedAsync(server); // its turn comes after all of theirs
        await TestServer.UntilAsync(() => server.Server.ConnectionCount == 0);
        Assert.IsEmpty(server.Log.Warnings);
    }

    private static void InterlockedMax(ref long most, long value)
    {
        for (var seen = Interlocked.Read(ref most); value > seen && Interlocked.CompareExchange(ref most, value, seen) is var now && now != seen; seen = now)
        {
        }
    }

    private static async Task IsServedAsync(TestServer server)
    {
        using var client = await RawClient.ReadingAsync(server);
        CollectionAssert.AreEqual(Bytes[..512], await client.ReadPartAsync(0, 512));
    }
}
