using GlanceStore.ImageService.Events;

namespace GlanceStore.ImageService.Tests.Events;

/// <summary>Transactions that tell of one image at the same time, as those of several processes do on PostgreSQL.</summary>
[TestClass]
public sealed class EventOrderTests
{
    [TestMethod]
    public async Task What_is_told_last_of_an_image_is_what_it_is_also_by_a_transaction_that_has_not_changed_its_row()
    {
        var database = new PostgreSqlDatabase();
        try
        {
            await using var service = await RunningService.StartAsync([.. await database.CreateAsync(), "ImageService:Events:Webhooks:audit:Url=http://127.0.0.1:9/"]);
            var id = await service.Client.CreateAsync();
            Task<int>? telling = null;
            await service.Database.WriteAsync(async session =>
            {
                var changed = await session.ExecuteAsync("UPDATE images SET name = 'new' WHERE id = @id", new { id });
                session.Tell(EventTypes.Update, id);
                telling = TellAsync(service, id);
                Assert.IsTrue(await WaitsAsync(service, telling), "It was told without a look at who changes the image.");
                return changed;
            }, CancellationToken.None);
            await telling!;
            var told = await service.Database.ReadAsync(session => session.QueryAsync<string>("SELECT message FROM events ORDER BY id DESC LIMIT 2"), CancellationToken.None);
            Assert.IsTrue(told.TrueForAll(message => message.Contains("\"name\":\"new\"", StringComparison.Ordinal)), string.Join('\n', told));
        }
        finally
        {
            await database.DropAsync();
        }
    }

    // As one that removes a copy.
    private static Task<int> TellAsync(RunningService service, string id) => service.Database.WriteAsync(session =>
    {
        session.Tell(EventTypes.Update, id);
        return Task.FromResult(0);
    }, CancellationToken.None);

    // Until it has come to an end, or to another transaction's lock.
    private static async Task<bool> WaitsAsync(RunningService service, Task telling)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!telling.IsCompleted)
        {
            if (await service.Database.ReadAsync(session => session.FindAsync<long>(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"), limit.Token) > 0)
            {
                return true;
            }

            await Task.Delay(20, limit.Token);
        }

        return false;
    }
}
