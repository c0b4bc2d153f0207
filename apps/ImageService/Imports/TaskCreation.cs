using System.Text.Json;
using System.Text.Json.Nodes;
using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Imports;

/// <summary>
/// POST of a task, for administrators: an image is made of what is at an address. The image is there at once, and is imported as by <c>web-download</c>; where
/// that fails it goes again.
/// </summary>
internal sealed class TaskCreation(
    ServiceDatabase database, ImageStores stores, ImageCreation images, ImageImports imports, ImportSources sources, ImportWorkers workers, TimeProvider time)
{
    private const string From = "import_from";
    private const string Format = "import_from_format";
    private const string Properties = "image_properties";
    private const string DiskFormat = "disk_format";
    private const string ContainerFormat = "container_format";
    private static readonly JsonElement Bare = JsonElement.Parse("\"bare\"");

    public async Task CreateAsync(HttpContext context)
    {
        var caller = Caller.Of(context);
        Rules.RequireAdmin(caller, "make tasks");
        using var body = await JsonBody.ReadAsync(context);
        var input = InputOf(body);
        JsonProperty[] properties = PropertiesOf(input);
        var image = ImageOf(input, properties, caller);
        var request = RequestOf(input);
        request = request with { Given = TextOf(request.Uri!, input, properties) };
        var task = await database.WriteAsync(session => EnqueueAsync(session, image, request, caller, context.TraceIdentifier), context.RequestAborted);
        workers.Wake();
        context.Response.Headers.Location = $"{context.Request.Scheme}://{context.Request.Host}/v2/tasks/{task.Id}";
        await JsonBody.WriteAsync(context, task.ToJson(), StatusCodes.Status201Created);
    }

    private static JsonElement InputOf(JsonDocument body)
    {
        var members = JsonBody.MembersOf(body).ToDictionary(member => member.Name, member => member.Value);
        if (!members.TryGetValue("type", out var type) || JsonBody.TextOf(type, "type", ImageProperty.MaxText) != ImportTask.Creation)
        {
            throw ApiException.BadRequest($"Tasks of the type '{ImportTask.Creation}' are made here; all else is asked of the image itself.");
        }

        return members.TryGetValue("input", out var input) && input.ValueKind == JsonValueKind.Object
            ? input
            : throw ApiException.BadRequest($"The body has a member 'input', an object with '{From}', '{Format}' and '{Properties}'.");
    }

    private ImportRequest RequestOf(JsonElement input)
    {
        if (input.EnumerateObject().Select(member => member.Name).Except([From, Format, Properties]).FirstOrDefault() is { } unknown)
        {
            throw ApiException.BadRequest($"'input' has no member '{JsonBody.Checked(unknown, "the name of a member", ImageProperty.MaxText)}'.");
        }

        // What the operator does not let be fetched for an image that is there is not fetched for a new one.
        if (!imports.Methods.Contains(ImportRequest.Web))
        {
            throw ApiException.BadRequest($"Nothing is fetched here: the import method {ImportRequest.Web} is not enabled.");
        }

        var uri = JsonBody.TextOf(MemberOf(input, From), From, ImportRequest.MaxUri);
        sources.RequireWebAddress(uri);
        return new ImportRequest(ImportRequest.Web, uri, [stores.DefaultId], MustAllSucceed: true);
    }

    private static JsonProperty[] PropertiesOf(JsonElement input) =>
        MemberOf(input, Properties) is not { ValueKind: JsonValueKind.Object } properties ? throw ApiException.BadRequest($"'{Properties}' is an object.")
        : properties.TryGetProperty("id", out _) ? throw ApiException.BadRequest($"'{Properties}' has no 'id': the image is given one.")
        : [.. properties.EnumerateObject()];

    // What comes is stored as it is, or converted as all imports are where the operator says so: that it come as one format and be another nobody could keep.
    private ImageEdit ImageOf(JsonElement input, JsonProperty[] properties, Caller caller)
    {
        var edit = images.EditOf(properties, caller);
        if (edit.Columns.GetValueOrDefault(ContainerFormat) is null)
        {
            edit.Set(ContainerFormat, Bare);
        }

        var said = edit.Columns.GetValueOrDefault(DiskFormat);
        edit.Set(DiskFormat, MemberOf(input, Format));
        var comes = edit.Columns[DiskFormat] ?? throw ApiException.BadRequest($"'{Format}' is a disk format, such as qcow2.");
        return said is null || said.Equals(comes)
            ? edit
            : throw ApiException.BadRequest($"'{Format}' is not the '{DiskFormat}' in '{Properties}': the image is stored as it comes, and can be converted then.");
    }

    // As it is told again: without what is not believed of a new image.
    private static string TextOf(string uri, JsonElement input, JsonProperty[] properties) => new JsonObject
    {
        [From] = ImportRequest.ShownOf(uri),
        [Format] = JsonValue.Create(input.GetProperty(Format)),
        [Properties] = new JsonObject(properties.Where(member => !member.Name.StartsWith(ImageProperties.OwnPrefix, StringComparison.Ordinal))
            .Select(member => KeyValuePair.Create(member.Name, member.Value.ValueKind == JsonValueKind.Array ? JsonArray.Create(member.Value) : (JsonNode?)JsonValue.Create(member.Value)))),
    }.ToJsonString();

    private static JsonElement MemberOf(JsonElement input, string name) =>
        input.TryGetProperty(name, out var member) ? member : throw ApiException.BadRequest($"Input does not contain '{name}' field");

    private async Task<ImportTask> EnqueueAsync(DbSession session, ImageEdit image, ImportRequest request, Caller caller, string requestId)
    {
        var id = (await images.InsertAsync(session, image)).Row.Id;
        var task = await TaskQueue.TryAddAsync(session, ImportTask.Creation, id, request, caller, requestId, DbTime.Now(time))
            ?? throw ApiException.Conflict($"Image {id} is being imported already.");
        await ImportRecords.TellAsync(session, id, task.Id, string.Join(',', request.Stores), "");
        return task;
    }
}
