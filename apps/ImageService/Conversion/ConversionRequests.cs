using System.Text.Json;
using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;
using GlanceStore.ImageService.Imports;
using GlanceStore.ImageService.Signatures;
using GlanceStore.ImageService.Transfers;

namespace GlanceStore.ImageService.Conversion;

/// <summary>POST of a conversion of an image that is in use, an extension of the API: a task in the queue of imports.</summary>
internal sealed class ConversionRequests(ServiceDatabase database, ImageStores stores, DiskConversion conversion, ImportWorkers workers, TimeProvider time)
{
    public async Task ConvertAsync(HttpContext context, string id)
    {
        var caller = Caller.Of(context);
        using var body = await JsonBody.ReadAsync(context);
        var target = TargetOf(body);
        var task = await database.WriteAsync(session => EnqueueAsync(session, caller, id, target, context.TraceIdentifier), context.RequestAborted);
        workers.Wake();
        await JsonBody.WriteAsync(context, task.ToJson(), StatusCodes.Status202Accepted);
    }

    private string TargetOf(JsonDocument body)
    {
        JsonProperty[] members = [.. JsonBody.MembersOf(body)];
        var target = members is [{ Name: "disk_format" }]
            ? JsonBody.TextOf(members[0].Value, "disk_format", ImageProperty.MaxText)
            : throw ApiException.BadRequest("The body has the member 'disk_format' and no other.");
        return conversion.Targets.Contains(target)
            ? target
            : throw ApiException.BadRequest($"Images are converted to {string.Join(", ", conversion.Targets)} here, and not to that format.");
    }

    private async Task<ImportTask> EnqueueAsync(DbSession session, Caller caller, string id, string target, string requestId)
    {
        var image = await ImageTable.OwnedAsync(session, caller, id);
        if (WhyNot(image, target) is { } why)
        {
            throw ApiException.Conflict(why);
        }

        string[] places = [.. image.Locations.Select(place => place.Store).Distinct()];
        var request = new ImportRequest(ImportRequest.Convert, null, places, MustAllSucceed: true) { DiskFormat = target };
        var now = DbTime.Now(time);
        var task = await TaskQueue.TryAddAsync(session, ImportTask.Conversion, id, request, caller, requestId, now)
            ?? throw ApiException.Conflict($"Image {id} is being imported, copied or converted already.");
        await ReserveAsync(session, task, now);
        return task;
    }

    // The result has the name of its task: no image is given it, nobody takes what is there for their own, and what is left of it is found.
    private async Task ReserveAsync(DbSession session, ImportTask task, long now)
    {
        await session.ExecuteAsync(
            """
            INSERT INTO images (id, status, visibility, min_disk, min_ram, protected, os_hidden, created_at, updated_at)
            VALUES (@Id, 'deleted', 'private', 0, 0, 0, 0, @now, @now)
            """,
            new { task.Id, now });
        foreach (var place in ConversionRun.PlacesOf(task, stores))
        {
            await Locations.NoteAsync(session, task.ImageId, place, "converting");
        }
    }

    private string? WhyNot(ImageRecord image, string target) =>
        image.Row.Status != ImageStatus.Active ? $"An image that is {image.Row.Status} is not converted; one that is active is."
        : ImageSignatures.IsSigned(image.Properties) ? "The image is signed, and what it would be converted to would not be; remove the properties of its signature first."
        : image.Locations.Count == 0 ? "The image has no data to convert."
        : image.Locations.FirstOrDefault(place => !TakesImages(place.Store)) is { } place ? $"A copy of the image is in the store '{place.Store}', which takes none."
        : conversion.WhyNot(image.Row, target);

    private bool TakesImages(string id) =>
        stores.TryGet(id, out var store) && !store.Info.IsReserved && store.Info.Driver.Capabilities is { CanWrite: true, CanDelete: true };
}
