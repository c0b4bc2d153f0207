namespace GlanceStore.Drivers.Http.Tests;

[TestClass]
public sealed class ConnectionTests
{
    private static readonly byte[] Image = Drivers.Image(1000);

    [TestMethod]
    public async Task Two_thousand_reads_go_through_one_connection()
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        for (var i = 0; i < 1000; i++)
        {
            CollectionAssert.AreEqual(Image, await driver.ReadAllAsync(server.Url));
            Assert.IsNotNull(await driver.FindAsync(server.Url));
        }

        Assert.AreEqual(1, server.Connections);
    }

    [TestMethod]
    public async Task Answers_that_nobody_reads_to_the_end_leave_the_connection_to_the_next_one()
    {
        await using var server = new ScriptedServer(request => Reply.Good(request, Image));
        await using var driver = new HttpDriver(Drivers.Loopback);
        for (var i = 0; i < 100; i++)
        {
            await using var reader = await driver.OpenReadAsync(driver.ParseLocation(server.Url), new ReadIntent(), default);
            await reader.ReadAsync(new byte[10], default);
        }

        Assert.IsLessThanOrEqualTo(2, server.Connections);
    }

    [TestMethod]
    public async Task Errors_and_redirects_leak_no_connection()
    {
        await using var server = new ScriptedServer(request => request.Target == "/a" ? Reply.Redirect(302, "/b") : Reply.Status(404));
        await using var driver = new HttpDriver(Drivers.Loopback);
        for (var i = 0; i < 100; i++)
        {
            Assert.IsNull(await driver.FindAsync($"{server.Url}/a"));
            await Drivers.FailsAsync(StoreError.NotFound, () => driver.ReadAllAsync($"{server.Url}/a"));
        }

        Assert.IsLessThanOrEqualTo(2, server.Connections);
    }
}
