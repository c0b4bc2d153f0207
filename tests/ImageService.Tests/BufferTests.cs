using System.Globalization;
using System.Net.Sockets;
using System.Text;
using GlanceStore.ImageService.Transfers;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.ImageService.Tests;

/// <summary>The server's own buffers.</summary>
[TestClass]
public sealed class BufferTests
{
    private const int Connections = 300;

    [TestMethod]
    public async Task Connections_that_wait_for_their_next_request_hold_hardly_a_buffer_and_those_that_end_none()
    {
        await using var service = await RunningService.StartAsync();
        var blocks = (LargeBlocks)service.Services.GetRequiredService<IMemoryPoolFactory<byte>>();
        using var http = new HttpClient { BaseAddress = service.Address };
        var id = await new ApiClient(http).StoreAsync(SomeBytes.Of(300_000));
        var open = new List<TcpClient>();
        try
        {
            for (var i = 0; i < Connections; i++)
            {
                var connection = new TcpClient();
                open.Add(connection);
                await connection.ConnectAsync(service.Address.Host, service.Address.Port);
                await AskAsync(connection.GetStream(), service.Address, i % 2 == 0 ? "/v2/images" : $"/v2/images/{id}/file");
            }

            // One whose bytes were taken in the very moment in which the next were asked for keeps its block.
            await BecomesAsync(blocks, rented => rented <= Connections / 10);
            foreach (var connection in open)
            {
                await connection.GetStream().WriteAsync("GET /v2/im"u8.ToArray());
            }

            await BecomesAsync(blocks, rented => rented >= Connections);
        }
        finally
        {
            open.ForEach(connection => connection.Dispose());
            http.Dispose();
        }

        await BecomesAsync(blocks, rented => rented == 0);
    }

    [TestMethod]
    public void So_many_large_buffers_are_out_at_once_and_no_more()
    {
        var blocks = new LargeBlocks();
        using var pool = blocks.Create();
        var rented = Enumerable.Range(0, LargeBlocks.MostBlocks).Select(_ => pool.Rent(1)).ToList();
        Assert.IsTrue(rented.TrueForAll(block => block.Memory.Length == LargeBlocks.BlockBytes));
        using (var other = blocks.Create())
        using (var small = other.Rent(5000))
        {
            Assert.IsInRange(5000, 8192, small.Memory.Length);
        }

        rented[0].Dispose();
        rented[0].Dispose();
        Assert.AreEqual(LargeBlocks.MostBlocks - 1, blocks.Rented);
        rented[0] = pool.Rent();
        Assert.AreEqual(LargeBlocks.BlockBytes, rented[0].Memory.Length);
        rented.ForEach(block => block.Dispose());
        Assert.AreEqual(0, blocks.Rented);
    }

    private static async Task AskAsync(NetworkStream stream, Uri address, string path)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n"));
        var reader = new StreamReader(stream, Encoding.Latin1, false, 1024, leaveOpen: true);
        Assert.AreEqual("HTTP/1.1 200 OK", await reader.ReadLineAsync());
        var left = 0L;
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            {
                left = long.Parse(line["Content-Length:".Length..], CultureInfo.InvariantCulture);
            }
        }

        Assert.IsGreaterThan(0, left);
        var buffer = new char[4096];
        while (left > 0)
        {
            left -= await reader.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)));
        }
    }

    private static async Task BecomesAsync(LargeBlocks blocks, Func<int, bool> right)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!right(blocks.Rented))
        {
            Assert.IsFalse(limit.IsCancellationRequested, $"{blocks.Rented} blocks are out.");
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
