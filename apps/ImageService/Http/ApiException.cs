namespace GlanceStore.ImageService.Http;

/// <summary>A request that is not done, with the status and the sentence that the client gets.</summary>
internal sealed class ApiException(int status, string message, Exception? cause = null) : Exception(message, cause)
{
    public int Status => status;

    public static ApiException BadRequest(string message, Exception? cause = null) => new(StatusCodes.Status400BadRequest, message, cause);

    public static ApiException Forbidden(string message) => new(StatusCodes.Status403Forbidden, message);

    public static ApiException NotFound(string message) => new(StatusCodes.Status404NotFound, message);

    public static ApiException Conflict(string message) => new(StatusCodes.Status409Conflict, message);

    public static ApiException TooLarge(string message) => new(StatusCodes.Status413PayloadTooLarge, message);

    public static ApiException Unavailable(string message, Exception? cause = null) => new(StatusCodes.Status503ServiceUnavailable, message, cause);

    /// <summary>Of an image that is not there, and of one that the caller may not know of.</summary>
    public static ApiException NoImage(string id) => NotFound($"No image found with ID {id}");
}
