namespace GlanceStore.ComputeAgent.Http;

/// <summary>A request that is not done, with the status, the code and the sentence that the client gets.</summary>
internal sealed class AgentException(int status, string code, string message, Exception? cause = null) : Exception(message, cause)
{
    public int Status => status;

    public string Code => code;

    public static AgentException BadRequest(string message, Exception? cause = null) => new(StatusCodes.Status400BadRequest, "BadRequest", message, cause);

    public static AgentException NoImage(ImageId id) =>
        new(StatusCodes.Status404NotFound, nameof(StoreError.NotFound), $"The agent has no image {id}; PUT /images/{id} makes it fetch one.");

    public static AgentException NoDisk(string id) => new(StatusCodes.Status404NotFound, nameof(StoreError.NotFound), $"There is no disk {id}.");

    public static AgentException Conflict(StoreError code, string message) => new(StatusCodes.Status409Conflict, code.ToString(), message);

    public static AgentException NotSupported(string message) => new(StatusCodes.Status501NotImplemented, nameof(StoreError.Unsupported), message);
}
