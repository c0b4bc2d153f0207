namespace GlanceStore.Drivers.Http.Tests;

/// <summary>Nothing below the front repeats a request, counted on sockets that end without an answer.</summary>
[TestClass]
public sealed class SentOnceTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_read_whose_connection_ends_without_an_answer_is_sent_once(bool resets)
    {
        using var server = new DyingServer(line => line == "GET /a" ? null : DyingServer.Answer(200, "before"), resets);
        await using var driver = new HttpDriver(Drivers.Loopback);

        // On a connection that has served a request before, as well as on a new one.
        Assert.HasCount(6, await driver.ReadAllAsync($"{server.Endpoint}/before"));
        foreach (var times in new[] { 1, 2 })
        {
            var error = await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync($"{server.Endpoint}/a"));
            Assert.IsTrue(error.IsTransient, error.Message);
            Assert.AreEqual(times, server.Requests.Count(line => line == "GET /a"), string.Join('\n', server.Requests));
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_look_without_an_answer_is_one_HEAD_and_one_GET(bool resets)
    {
        using var server = new DyingServer(_ => null, resets);
        await using var driver = new HttpDriver(Drivers.Loopback);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => driver.FindAsync($"{server.Endpoint}/a").AsTask());
        Assert.IsTrue(error.IsTransient, error.Message);
        CollectionAssert.AreEqual(new[] { "HEAD /a", "GET /a" }, server.Requests.ToArray());
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public async Task A_read_whose_answers_are_all_lost_is_asked_for_as_often_as_the_front_says(int attempts)
    {
        using var server = new DyingServer(_ => null);
        await using var store = new ImageStore("s", new HttpDriver(Drivers.Loopback), new ImageStoreOptions { RetryDelay = TimeSpan.Zero, MaxAttempts = attempts });
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => store.OpenReadAsync(store.ParseLocation($"{server.Endpoint}/a")));
        Assert.AreEqual(attempts, error.Attempts);
        Assert.HasCount(attempts, server.Requests);
    }
}
