using System.Diagnostics;
using System.Globalization;
using GlanceStore.Nbd.Connections;
using GlanceStore.Nbd.Exports;
using GlanceStore.Nbd.Protocol;

namespace GlanceStore.Nbd.Tests;

/// <summary>Conversations with bytes changed at random and cut anywhere: an end, in bounded time and memory, and nothing but a sentence for the log.</summary>
/// <remarks>
/// GLANCESTORE_FUZZ is how many inputs are tried, ten thousand by default, and GLANCESTORE_FUZZ_FIRST the seed of the first, 0 by default. A failure prints the seed that
/// makes it again.
/// </remarks>
[TestClass]
public sealed class FuzzTests : IExportUser
{
    private const int DefaultInputs = 10_000;
    private const long MostAllocated = 64L << 20;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private static readonly byte[] Bytes = TestServer.Disk(4 << 20);

    public Task Ended => Task.CompletedTask;

    public void Stop()
    {
    }

    public void Abort()
    {
    }

    [TestMethod]
    public async Task Whatever_a_client_sends_there_is_an_end_and_at_most_one_reason()
    {
        var (first, inputs) = (Number("GLANCESTORE_FUZZ_FIRST", 0), Number("GLANCESTORE_FUZZ", DefaultInputs));
        var (chosen, reasons) = (0, 0);
        for (var seed = first; seed < first + inputs; seed++)
        {
            var random = new Random(seed);
            var (allocated, begun) = (GC.GetTotalAllocatedBytes(), Stopwatch.GetTimestamp());
            try
            {
                chosen += await ConverseAsync(new SaidStream(Mutate(Conversation(random), random), random)) ? 1 : 0;
            }
            catch (ClientException)
            {
                reasons++;
            }
            catch (Exception e)
            {
                Assert.Fail($"Seed {seed}: {e}");
            }

            Assert.IsLessThan(MostAllocated, GC.GetTotalAllocatedBytes() - allocated, $"Seed {seed} took memory");
            Assert.IsLessThan(Longest, Stopwatch.GetElapsedTime(begun), $"Seed {seed} took time");
        }

        Console.WriteLine($"{inputs} inputs from seed {first} on: {chosen} were understood to their end, {reasons} were disconnected for a reason.");
        Assert.IsTrue(inputs < 1000 || (chosen > 0 && reasons > 0), "the inputs are all of one kind");
    }

    private async Task<bool> ConverseAsync(SaidStream stream)
    {
        var exports = new ExportTable();
        exports.Add(new ScriptedExport("disk", Bytes) { Caches = true, Description = "d" });
        var handshake = new Handshake(ClientStream.Plain(stream), exports, null, 1 << 20, this);
        if (await handshake.RunAsync(CancellationToken.None) is not { } agreed)
        {
            return false;
        }

        var memory = new ReplyMemory(4 << 20);
        var options = new NbdServerOptions { EndPoint = null!, MaxRequestBytes = 1 << 20 };
        using var transmission = new Transmission(agreed, handshake.Client, memory, options, "fuzz", e => Assert.Fail($"{e}"));
        try
        {
            return await transmission.RunAsync(() => false, CancellationToken.None);
        }
        finally
        {
            await transmission.DrainAsync();
            agreed.Use.Dispose();
            Assert.AreEqual(0, memory.UsedBytes);
        }
    }

    private static byte[] Conversation(Random random)
    {
        byte[][] options =
        [
            Option(OptionKind.StructuredReply), Option(OptionKind.List), Option((OptionKind)11), Option(OptionKind.StartTls),
            Option(OptionKind.Info, RawClient.Query("disk", InfoKind.Name, InfoKind.Description)),
            Option(OptionKind.ListMetaContext, RawClient.MetaContext("disk", "base:", "x-y:z")),
            Option(OptionKind.SetMetaContext, RawClient.MetaContext("disk", "base:allocation")),
        ];
        byte[][] requests =
        [
            RawClient.Request(RequestKind.Read, 4096, 70_000), RawClient.Request(RequestKind.Read, 0, 65_536, RequestFlags.DontFragment),
            RawClient.Request(RequestKind.BlockStatus, 0, 1 << 20), [.. RawClient.Request(RequestKind.Write, 0, 600), .. new byte[600]],
            RawClient.Request(RequestKind.Cache, 0, 4096), RawClient.Request(RequestKind.Trim, 0, 4096), RawClient.Request(RequestKind.Flush, 0, 0),
        ];
        random.Shuffle(requests);
        return
        [
            .. RawClient.Number(3), .. options.Where(_ => random.Next(4) > 0).SelectMany(option => option), .. random.Next(4) == 0
                ? Option(OptionKind.ExportName, "disk"u8.ToArray())
                : Option(OptionKind.Go, RawClient.Query("disk", InfoKind.Name)),
            .. requests.SelectMany(request => request), .. RawClient.Request(RequestKind.Disconnect, 0, 0),
        ];
    }

    private static byte[] Option(OptionKind option, params byte[] data) => [.. RawClient.OptionHeader(option, (uint)data.Length), .. data];

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        var list = new List<byte>(bytes);
        for (var changes = random.Next(4); changes > 0; changes--)
        {
            var at = random.Next(list.Count);
            var count = Math.Min(list.Count - at, random.Next(1, 9));
            switch (random.Next(5))
            {
                case 0:
                    list.RemoveRange(at, count);
                    break;
                case 1:
                    list.InsertRange(at, Enumerable.Range(0, count).Select(_ => (byte)random.Next(256)));
                    break;
                case var kind:
                    for (var i = at; i < at + count; i++)
                    {
                        list[i] = kind switch { 2 => 0xFF, 3 => 0, _ => (byte)(list[i] ^ (1 << random.Next(8))) };
                    }

                    break;
            }
        }

        return [.. random.Next(8) == 0 ? list.Take(random.Next(list.Count)) : list];
    }

    private static int Number(string variable, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : standard;

    /// <summary>Gives what a client said in pieces of any length, and takes what it is told.</summary>
    private sealed class SaidStream(byte[] said, Random random) : MemoryStream(said)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span[..Math.Min(buffer.Length, random.Next(1, 200))]));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}
