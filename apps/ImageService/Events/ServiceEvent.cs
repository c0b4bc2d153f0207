using System.Text.Json.Nodes;

namespace GlanceStore.ImageService.Events;

/// <summary>Something that has happened to an image, told to whoever asked for it once the transaction that did it is committed.</summary>
/// <param name="Type">Its name, one of <see cref="EventTypes"/>.</param>
/// <param name="ImageId">The image: its events arrive in the order in which they happened.</param>
internal sealed record ServiceEvent(string Type, string ImageId)
{
    /// <summary>Whether it tells of a failure.</summary>
    public bool IsError { get; init; }

    /// <summary>The task that it tells of; null where it tells of the image.</summary>
    public string? TaskId { get; init; }

    /// <summary>What it tells; null for the image, or the task, as it is when the transaction ends.</summary>
    public JsonNode? Payload { get; init; }

    /// <summary>What it tells beside the image; null for nothing.</summary>
    public JsonObject? More { get; init; }

    /// <summary>Whether it tells which stores an import goes to, and where it failed.</summary>
    public bool TellsImports => Type is EventTypes.Prepare or EventTypes.Upload;

    /// <summary>That a transfer begins, and which store it goes to; null where the data are there already.</summary>
    public static ServiceEvent Prepare(string imageId, string? store) =>
        new(EventTypes.Prepare, imageId) { More = new JsonObject { ["backend"] = store } };

    /// <summary>That no data came of an upload or import. As glance has it, the payload is what happened, in words.</summary>
    public static ServiceEvent UploadFailed(string imageId, string reason) =>
        new(EventTypes.Upload, imageId) { IsError = true, Payload = reason };

    /// <summary>What became of a task.</summary>
    public static ServiceEvent OfTask(string type, string imageId, string taskId) => new(type, imageId) { TaskId = taskId };

    /// <summary>That a store was found to hold damaged data of the image, or none.</summary>
    public static ServiceEvent Corrupt(string imageId, string store, bool isMissing)
    {
        var told = InStores(EventTypes.Corrupt, imageId, [store]) with { IsError = true };
        told.More!["damage"] = isMissing ? "missing" : "damaged";
        return told;
    }

    /// <summary>That further stores hold the image now.</summary>
    public static ServiceEvent Copied(string imageId, IEnumerable<string> stores) => InStores(EventTypes.Copy, imageId, stores);

    /// <summary>That the image has become another one while it was in use.</summary>
    public static ServiceEvent Converted(string imageId, string? from, string to) =>
        new(EventTypes.Convert, imageId) { More = new JsonObject { ["from"] = from, ["to"] = to } };

    private static ServiceEvent InStores(string type, string imageId, IEnumerable<string> stores) =>
        new(type, imageId) { More = new JsonObject { ["stores"] = new JsonArray([.. stores.Select(store => (JsonNode?)store)]) } };
}

/// <summary>The names of events: those of glance, and <c>image.corrupt</c>, <c>image.copy</c> and <c>image.convert</c>, which it has not.</summary>
internal static class EventTypes
{
    public const string Create = "image.create";
    public const string Prepare = "image.prepare";
    public const string Upload = "image.upload";
    public const string Activate = "image.activate";
    public const string Update = "image.update";
    public const string Delete = "image.delete";
    public const string Send = "image.send";
    public const string Corrupt = "image.corrupt";
    public const string Copy = "image.copy";
    public const string Convert = "image.convert";
    public const string MemberCreate = "image.member.create";
    public const string MemberUpdate = "image.member.update";
    public const string MemberDelete = "image.member.delete";
    public const string TaskCreate = "task.create";
    public const string TaskProcessing = "task.processing";
    public const string TaskSuccess = "task.success";
    public const string TaskFailure = "task.failure";
    public const string TaskRun = "task.run";
}
