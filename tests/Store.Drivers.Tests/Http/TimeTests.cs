using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;

namespace GlanceStore.Drivers.Http.Tests;

[TestClass]
public sealed class TimeTests
{
    private static readonly byte[] Image = Drivers.Image(1000);

    [TestMethod]
    [DataRow(0, DisplayName = "before the answer")]
    [DataRow(100, DisplayName = "in the body")]
    public async Task Cancelling_ends_a_read_of_a_server_that_hangs(int bytes)
    {
        using var cancel = new CancellationTokenSource();
        await using var server = new ScriptedServer(_ => Hanging(bytes, cancel));
        await using var driver = new HttpDriver(Drivers.Loopback);
        var read = Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await using var reader = await driver.OpenReadAsync(driver.ParseLocation(server.Url), new ReadIntent(), cancel.Token);
            while (await reader.ReadAsync(new byte[bytes], cancel.Token) > 0)
            {
                cancel.CancelAfter(TimeSpan.FromMilliseconds(50));
            }
        });
        await read.WaitAsync(Drivers.BeforeLong, TimeProvider.System);
    }

    [TestMethod]
    public async Task An_answer_that_takes_longer_than_its_total_time_ends_and_is_not_asked_for_again()
    {
        var time = new FakeTimeProvider();
        await using var server = new ScriptedServer(_ => Reply.Whole(Image).CutAfter(100) with { Then = Then.Hang });
        await using var driver = new HttpDriver(Drivers.Loopback with { TotalTimeout = TimeSpan.FromMinutes(1) }, time);
        await using var reader = await driver.OpenReadAsync(driver.ParseLocation(server.Url), new ReadIntent(), default);
        Assert.AreEqual(100, await reader.ReadAtLeastAsync(100));
        var read = reader.ReadAsync(new byte[10], default).AsTask();
        time.Advance(TimeSpan.FromSeconds(61));
        var e = await Drivers.FailsAsync(StoreError.Stalled, () => read);
        Assert.IsFalse(e.IsTransient);
        StringAssert.Contains(e.Message, "TotalTimeout");
    }

    [TestMethod]
    public async Task A_server_that_does_not_take_the_connection_in_time_is_a_passing_error()
    {
        // Nobody accepts, and the one place in the queue is taken: further connections wait for ever.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        using var first = new TcpClient();
        await first.ConnectAsync((IPEndPoint)full.LocalEndPoint!);
        await using var driver = new HttpDriver(Drivers.Loopback with { ConnectTimeout = TimeSpan.FromMilliseconds(200) });
        var e = await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync($"http://{full.LocalEndPoint}"));
        Assert.IsTrue(e.IsTransient);
        StringAssert.Contains(e.Message, "too long to connect");
    }

    private static Reply Hanging(int bytes, CancellationTokenSource cancel)
    {
        if (bytes == 0)
        {
            cancel.CancelAfter(TimeSpan.FromMilliseconds(50));
            return new Reply("", [], Then.Hang);
        }

        return Reply.Whole(Image).CutAfter(bytes) with { Then = Then.Hang };
    }
}
