using GlanceStore.Nbd.Protocol;

namespace GlanceStore.Nbd.Tests;

/// <summary>Exports that come and go, and a server's end.</summary>
[TestClass]
public sealed class LifeTests
{
    private static readonly byte[] Bytes = TestServer.Disk(1 << 20);

    [TestMethod]
    public async Task An_export_is_added_and_removed_while_others_are_read()
    {
        await using var server = TestServer.Of(new ScriptedExport("a", Bytes));
        using var reader = await RawClient.ReadingAsync(server, export: "a");
        var added = new ScriptedExport("b", Bytes);
        server.Server.Add(added);
        Assert.AreEqual(StoreError.AlreadyExists, Assert.ThrowsExactly<StoreException>(() => server.Server.Add(new ScriptedExport("b", Bytes))).Error);
        using var client = await RawClient.ReadingAsync(server, export: "b");
        Assert.IsTrue(await server.Server.RemoveAsync("b"));
        await client.EndsAsync();
        Assert.IsTrue(added.IsDisposed);
        Assert.IsFalse(await server.Server.RemoveAsync("b"));
        Assert.AreEqual("a", server.Server.Exports.Single().Name);
        CollectionAssert.AreEqual(Bytes[..512], await reader.ReadPartAsync(0, 512));
    }

    [TestMethod]
    public async Task A_removed_export_answers_what_it_was_asked_before_it_is_disposed()
    {
        var (begun, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var export = new ScriptedExport("", Bytes)
        {
            Before = (_, _) =>
            {
                begun.SetResult();
                return goOn.Task;
            },
        };
        await using var server = TestServer.Of(export);
        using var client = await RawClient.ReadingAsync(server);
        await client.SendAsync(RawClient.Request(RequestKind.Read, 0, 512));
        await begun.Task;
        var removing = server.Server.RemoveAsync("");
        Assert.IsFalse(removing.IsCompleted || export.IsDisposed);
        goOn.SetResult();
        CollectionAssert.AreEqual(Bytes[..512], (await client.ChunkAsync()).Bytes);
        await client.EndsAsync();
        Assert.IsTrue(await removing);
        Assert.IsFalse(export.WasDisposedInUse);
    }

    [TestMethod]
    public async Task A_removal_that_waits_too_long_gives_the_answers_up()
    {
        var begun = new TaskCompletionSource();
        var export = new ScriptedExport("", Bytes)
        {
            Before = (_, cancellationToken) =>
            {
                begun.SetResult();
                return Task.Delay(Timeout.Infinite, cancellationToken);
            },
        };
        await using var server = TestServer.Of(export);
        using var client = await RawClient.ReadingAsync(server);
        await client.SendAsync(RawClient.Request(RequestKind.Read, 0, 512));
        await begun.Task;
        using var patience = new CancellationTokenSource();
        var removing = server.Server.RemoveAsync("", patience.Token);
        Assert.IsFalse(removing.IsCompleted);
        await patience.CancelAsync();
        Assert.IsTrue(await removing);
        Assert.IsTrue(export.IsDisposed);
        Assert.IsFalse(export.WasDisposedInUse);
        await client.EndsAsync();
    }

    [TestMethod]
    public async Task A_server_that_stops_answers_what_it_was_asked_and_lets_nobody_in()
    {
        var (begun, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var export = new ScriptedExport("", Bytes)
        {
            Before = (_, _) =>
            {
                begun.SetResult();
                return goOn.Task;
            },
        };
        await using var server = TestServer.Of(export);
        using var client = await RawClient.ReadingAsync(server);
        using var greeted = await RawClient.GreetedAsync(server);
        await client.SendAsync(RawClient.Request(RequestKind.Read, 0, 512));
        await begun.Task;
        var stopping = server.Server.StopAsync();
        await greeted.EndsAsync();
        Assert.IsFalse(File.Exists(server.Socket));
        goOn.SetResult();
        CollectionAssert.AreEqual(Bytes[..512], (await client.ChunkAsync()).Bytes);
        await client.EndsAsync();
        await stopping;
        Assert.IsEmpty(server.Log.Warnings);
    }

    [TestMethod]
    public async Task A_server_that_is_disposed_ends_within_its_time_whatever_a_read_does()
    {
        var export = new ScriptedExport("", Bytes) { Before = (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken) };
        var server = new TestServer([export], options => options with { StopTimeout = TimeSpan.FromMilliseconds(50) });
        using var client = await RawClient.ReadingAsync(server);
        await client.SendAsync(RawClient.Request(RequestKind.Read, 0, 512));
        await server.DisposeAsync();
        await client.EndsAsync();
        Assert.IsTrue(export.IsDisposed);
        Assert.IsFalse(export.WasDisposedInUse);
    }

    [TestMethod]
    public async Task An_export_is_disposed_once_whether_it_is_removed_before_or_after_its_server()
    {
        var (removed, served) = (new ScriptedExport("removed", Bytes), new ScriptedExport("served", Bytes));
        var server = TestServer.Of(removed, served);
        Assert.IsTrue(await server.Server.RemoveAsync("removed"));
        await server.DisposeAsync();
        Assert.IsFalse(await server.Server.RemoveAsync("served"));
        await server.Server.DisposeAsync();
        Assert.AreEqual((1, 1), (removed.Disposals, served.Disposals));
        Assert.IsEmpty(server.Server.Exports);
    }

    [TestMethod]
    public async Task An_export_for_a_server_that_was_disposed_stays_the_callers()
    {
        var server = TestServer.Of();
        await server.DisposeAsync();
        var late = new ScriptedExport("late", Bytes);
        Assert.ThrowsExactly<ObjectDisposedException>(() => server.Server.Add(late));
        Assert.IsFalse(late.IsDisposed);
    }

    [TestMethod]
    public async Task An_export_that_cannot_be_disposed_is_told_and_the_others_are_disposed()
    {
        var other = new ScriptedExport("b", Bytes);
        var server = TestServer.Of(new ScriptedExport("a", Bytes) { DisposalFailure = new IOException("its disk has gone") }, other);
        await server.DisposeAsync();
        Assert.IsTrue(other.IsDisposed);
        Assert.Contains("'a'", server.Log.Warnings.Single());
    }
}
