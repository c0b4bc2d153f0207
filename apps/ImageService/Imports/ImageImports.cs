using System.Text.Json.Nodes;
using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Events;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;
using GlanceStore.ImageService.Transfers;

namespace GlanceStore.ImageService.Imports;

/// <summary>POST of an import: a task in the queue, with the image locked to it, both before the answer.</summary>
internal sealed class ImageImports(ServiceDatabase database, ImageStores stores, StagingArea staging, ImportSources sources, ImportWorkers workers, ForeignData foreign, ServiceOptions options, TimeProvider time)
{
    /// <summary>The ways of importing that there are here.</summary>
    public IEnumerable<string> Methods => ServiceOptions.KnownImportMethods
        .Where(method => options.ImportMethods is null || ConfTexts.ItemsOf(options.ImportMethods).Contains(method))
        .Where(method => method != ImportRequest.Direct || staging.Store is not null);

    public async Task ImportAsync(HttpContext context, string id)
    {
        var caller = Caller.Of(context);
        using var body = await JsonBody.ReadAsync(context);
        var request = ImportRequest.Read(body, stores);
        if (!Methods.Contains(request.Method))
        {
            throw ApiException.BadRequest($"Unknown import method name '{request.Method}'; there is {string.Join(", ", Methods)}.");
        }

        if (request.Uri is { } uri)
        {
            sources.RequireWebAddress(uri);
        }

        await foreign.RequireNoneAsync(caller, id, request.Stores.Select(store => stores[store]), context.RequestAborted);
        await database.WriteAsync(session => EnqueueAsync(session, caller, id, request, context.TraceIdentifier), context.RequestAborted);
        workers.Wake();
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    public async Task TasksOfAsync(HttpContext context, string id)
    {
        var caller = Caller.Of(context);
        var tasks = await database.ReadAsync(async session =>
        {
            await ImageTable.VisibleAsync(session, caller, id);
            return await session.QueryAsync<ImportTask>("SELECT * FROM tasks WHERE image_id = @id ORDER BY created_at DESC, id", new { id });
        }, context.RequestAborted);
        await JsonBody.WriteAsync(context, new JsonObject { ["tasks"] = new JsonArray([.. tasks.Select(task => task.ToJson())]) });
    }

    public async Task TaskAsync(HttpContext context, string id)
    {
        Rules.RequireAdmin(Caller.Of(context), "see tasks");
        var task = await database.ReadAsync(session => session.FindAsync<ImportTask>("SELECT * FROM tasks WHERE id = @id", new { id }), context.RequestAborted);
        await JsonBody.WriteAsync(context, task?.ToJson() ?? throw ApiException.NotFound($"No task found with ID {id}"));
    }

    private async Task<int> EnqueueAsync(DbSession session, Caller caller, string id, ImportRequest request, string requestId)
    {
        var image = await ImageTable.OwnedAsync(session, caller, id);
        Require(caller, image, request);
        var task = await TaskQueue.TryAddAsync(session, ImportTask.Import, id, request, caller, requestId, DbTime.Now(time))
            ?? throw ApiException.Conflict($"Image {id} is being imported already.");
        session.Tell(EventTypes.Update, id);
        return await ImportRecords.TellAsync(session, id, task.Id, string.Join(',', request.Stores), "");
    }

    private static void Require(Caller caller, ImageRecord image, ImportRequest request)
    {
        var row = image.Row;
        var isReady = request.Method switch
        {
            ImportRequest.Direct => row.Status == ImageStatus.Uploading && row.Staged is not null,
            ImportRequest.Web => row.Status == ImageStatus.Queued && row.Staged is null,
            _ => row.Status == ImageStatus.Active,
        };
        if (!isReady)
        {
            throw ApiException.Conflict($"An image that is {row.Status} cannot be imported by {request.Method}.");
        }

        if (row.DiskFormat is null || row.ContainerFormat is null)
        {
            throw ApiException.Conflict($"Properties disk_format, container_format must be set prior to importing image {row.Id}.");
        }

        if (request.Method == ImportRequest.Copy)
        {
            Rules.RequireAdmin(caller, "copy images to other stores");
            if (request.Stores.FirstOrDefault(store => image.Locations.Any(place => place.Store == store)) is { } there && request.Stores.Count == 1)
            {
                throw ApiException.BadRequest($"Image is already present at store '{there}'.");
            }
        }
    }
}
