using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Images;
using GlanceStore.ImageService.Imports;

namespace GlanceStore.ImageService.Events;

/// <summary>
/// Keeps what a transaction tells in the transaction itself, a row for each of those who are to be told: what is rolled back is told to nobody, and
/// what is committed to everybody, whatever becomes of the process.
/// </summary>
internal sealed class Outbox(ServiceOptions options, TimeProvider time)
{
    // As it is read by people, and by far the shortest where names are not English.
    internal static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly EventOptions _options = options.Events;
    private readonly string[] _destinations = [.. DestinationsOf(options.Events)];

    /// <summary>Called when there is something new to deliver.</summary>
    public event Action? Committed;

    /// <summary>Whether anybody is told anything.</summary>
    public bool IsOn => _destinations.Length > 0;

    /// <summary>Whether somebody is told events of that name.</summary>
    public bool Tells(string type) => IsOn && _options.Tells(type);

    /// <summary>Writes what the transaction told; false where that is nothing.</summary>
    public async Task<bool> WriteAsync(DbSession session)
    {
        ServiceEvent[] told = [.. session.Told.Where(one => Tells(one.Type))];
        if (told.Length == 0)
        {
            return false;
        }

        var images = await ImagesAsync(session, told);
        foreach (var one in told)
        {
            var payload = one.Payload?.DeepClone() ?? (one.TaskId is { } task ? await TaskAsync(session, task) : EventPayloads.Of(one, images[one.ImageId]));
            await InsertAsync(session, one, payload);
        }

        return true;
    }

    /// <summary>Says that what was written is there to be delivered now.</summary>
    public void Wake() => Committed?.Invoke();

    /// <summary>What rows call those who are told.</summary>
    public static IEnumerable<string> DestinationsOf(EventOptions options) =>
        (options.RabbitMq.Url is null ? [] : new[] { RabbitMqDestination.Destination }).Concat(options.Webhooks.Keys.Select(WebhookDestination.DestinationOf));

    private static async Task<Dictionary<string, ImageRecord>> ImagesAsync(DbSession session, ServiceEvent[] told)
    {
        var rows = new List<ImageRow>();
        foreach (var id in told.Where(one => one.Payload is null && one.TaskId is null).Select(one => one.ImageId).Distinct())
        {
            // Also of a transaction that has not changed its row: another one that tells of the image comes before, or after, with what it has to tell.
            rows.Add((await session.FindAsync<ImageRow>($"SELECT i.* FROM images i WHERE i.id = @id{session.ForUpdate}", new { id }))!);
        }

        return (await ImageTable.CompleteAsync(session, rows)).ToDictionary(image => image.Row.Id);
    }

    private static async Task<JsonNode> TaskAsync(DbSession session, string id) =>
        EventPayloads.Of((await session.FindAsync<ImportTask>("SELECT * FROM tasks WHERE id = @id", new { id }))!);

    private async Task InsertAsync(DbSession session, ServiceEvent told, JsonNode payload)
    {
        var now = time.GetUtcNow();
        var messageId = Guid.NewGuid().ToString("D");
        var message = new JsonObject
        {
            ["message_id"] = messageId,
            ["publisher_id"] = _options.PublisherId,
            ["event_type"] = told.Type,
            ["priority"] = told.IsError ? "ERROR" : "INFO",
            ["payload"] = payload,
            ["timestamp"] = now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        }.ToJsonString(Readable);
        foreach (var destination in _destinations)
        {
            await session.ExecuteAsync(
                """
                INSERT INTO events (destination, image_id, message_id, event_type, is_error, message, size, created_at, attempts)
                VALUES (@destination, @ImageId, @messageId, @Type, @isError, @message, @size, @createdAt, 0)
                """,
                new { destination, told.ImageId, messageId, told.Type, isError = told.IsError ? 1L : 0L, message, size = (long)message.Length, createdAt = DbTime.Of(now) });
        }
    }
}
