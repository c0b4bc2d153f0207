using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Images;
using GlanceStore.ImageService.Transfers;

namespace GlanceStore.ImageService.Events;

/// <summary>The rows of events that wait, and who delivers them: for each of those who are told one process at a time, by a lease.</summary>
internal sealed class EventQueue(ServiceDatabase database, ServiceOptions options, TimeProvider time)
{
    private const int MostAtOnce = 100;

    // Together, beside one that is longer than that: what a batch has in memory.
    private const long MostBytesAtOnce = 4 << 20;

    private const int MostRemoved = 1000;

    // Not those of an image of which an earlier one is put off.
    private const string Ready =
        """
        e.destination = @destination AND NOT EXISTS (
            SELECT 1 FROM events f WHERE f.not_before IS NOT NULL AND f.not_before > @now AND f.destination = e.destination AND f.image_id = e.image_id AND f.id <= e.id)
        """;

    /// <summary>Whether something waits that may be delivered now.</summary>
    public async Task<bool> HasAnyAsync(string destination, CancellationToken cancellationToken) =>
        await database.ReadAsync(session => session.FindAsync<long?>($"SELECT e.id FROM events e WHERE {Ready} ORDER BY e.id LIMIT 1", new { destination, now = DbTime.Now(time) }), cancellationToken) is not null;

    /// <summary>Makes this process the one that delivers; false where another one is.</summary>
    public async Task<bool> TryClaimAsync(string destination, string token, CancellationToken cancellationToken) => await database.WriteAsync(session => session.ExecuteAsync(
        """
        INSERT INTO event_destinations (destination, claimed_by, lease_until) VALUES (@destination, @token, @until)
        ON CONFLICT (destination) DO UPDATE SET claimed_by = excluded.claimed_by, lease_until = excluded.lease_until WHERE event_destinations.lease_until < @now
        """,
        new { destination, token, until = Lease.EndOf(options.UploadLease, time), now = DbTime.Now(time) }), cancellationToken) == 1;

    /// <summary>Moves the end of the lease; 0 where it is another one's.</summary>
    public static Task<int> RenewAsync(DbSession session, string destination, string token, long until) => session.ExecuteAsync(
        "UPDATE event_destinations SET lease_until = @until WHERE destination = @destination AND claimed_by = @token", new { destination, token, until });

    /// <summary>Leaves the delivery to whoever comes next.</summary>
    public Task<int> ReleaseAsync(string destination, string token) => database.WriteAsync(session => RenewAsync(session, destination, token, 0), CancellationToken.None);

    /// <summary>The oldest that may be delivered, as many as memory is given to.</summary>
    public Task<List<StoredEvent>> NextAsync(string destination, CancellationToken cancellationToken) => database.ReadAsync(async session =>
    {
        var now = DbTime.Now(time);
        var waiting = await session.QueryAsync<Waiting>($"SELECT e.id, e.size FROM events e WHERE {Ready} ORDER BY e.id LIMIT {MostAtOnce}", new { destination, now });
        var bytes = 0L;
        var last = waiting.TakeWhile((one, i) => (bytes += one.Size) <= MostBytesAtOnce || i == 0).LastOrDefault();
        return last is null ? [] : await session.QueryAsync<StoredEvent>(
            $"SELECT e.* FROM events e WHERE {Ready} AND e.id <= @last ORDER BY e.id", new { destination, now, last = last.Id });
    }, cancellationToken);

    /// <summary>Removes those that were delivered.</summary>
    public Task<int> RemoveAsync(IReadOnlyCollection<long> ids)
    {
        var where = new SqlWhere();
        where.Add($"id IN ({string.Join(", ", ids.Select(id => where.Value(id)))})");
        return database.WriteAsync(session => session.ExecuteAsync($"DELETE FROM events WHERE {where.Text}", where.Values), CancellationToken.None);
    }

    /// <summary>Puts one that was refused off, and with it those of its image that come after it.</summary>
    public Task<int> PutOffAsync(StoredEvent refused, TimeSpan pause) => database.WriteAsync(session => session.ExecuteAsync(
        "UPDATE events SET attempts = attempts + 1, not_before = @until WHERE id = @Id", new { refused.Id, until = DbTime.Of(time.GetUtcNow() + pause) }), CancellationToken.None);

    /// <summary>Gives up what nobody took for too long, whoever it was for, and the oldest of those who have more waiting than is kept; how many that were.</summary>
    public async Task<int> GiveUpAsync(CancellationToken cancellationToken)
    {
        var before = DbTime.Of(time.GetUtcNow() - options.Events.KeepFor);
        var count = await RemoveAllAsync("created_at < @before AND id IN (SELECT id FROM events ORDER BY id LIMIT @MostRemoved)", new { before, MostRemoved }, cancellationToken);
        foreach (var destination in Outbox.DestinationsOf(options.Events))
        {
            count += await RemoveAllAsync(
                """
                id IN (SELECT id FROM events WHERE destination = @destination AND id <= (
                    SELECT id FROM events WHERE destination = @destination ORDER BY id DESC LIMIT 1 OFFSET @KeepAtMost) ORDER BY id LIMIT @MostRemoved)
                """, new { destination, options.Events.KeepAtMost, MostRemoved }, cancellationToken);
        }

        return count;
    }

    // Some at a time, the oldest first: whoever writes does not wait for all of them, and nobody looks through those that stay.
    private async Task<int> RemoveAllAsync(string which, object arguments, CancellationToken cancellationToken)
    {
        var (all, removed) = (0, 0);
        do
        {
            removed = await database.WriteAsync(session => session.ExecuteAsync($"DELETE FROM events WHERE {which}", arguments), cancellationToken);
            all += removed;
        }
        while (removed == MostRemoved);
        return all;
    }

    private sealed class Waiting
    {
        public long Id { get; init; }

        public long Size { get; init; }
    }
}
