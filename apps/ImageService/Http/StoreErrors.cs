namespace GlanceStore.ImageService.Http;

/// <summary>What a store's failure is to a client. Where the bytes are, and what a backend said, is in the log and not in the answer.</summary>
internal static class StoreErrors
{
    public static (int Status, string Text) AnswerTo(StoreException error) => error.Error switch
    {
        StoreError.AlreadyExists => (StatusCodes.Status409Conflict, $"The store '{error.StoreId}' has data of this image already. Try again later."),
        StoreError.SizeMismatch => (StatusCodes.Status400BadRequest, "The body has not the length that was announced; nothing was stored."),
        StoreError.TooLarge => (StatusCodes.Status413PayloadTooLarge, "The image is larger than is allowed; nothing was stored."),
        StoreError.Refused when error.Inspection is null => (StatusCodes.Status400BadRequest, error.Message), // of a signature, which is the image's own
        StoreError.Refused => (StatusCodes.Status400BadRequest, $"The image was refused and nothing was stored: {ReasonOf(error)}"),
        StoreError.InvalidRange => (StatusCodes.Status416RangeNotSatisfiable, "The range begins beyond the end of the image."),
        StoreError.InUse => (StatusCodes.Status409Conflict, "The image is in use, and stays."),
        StoreError.Unsupported => (StatusCodes.Status410Gone, $"The store '{error.StoreId}' cannot do that."),
        _ => (StatusCodes.Status503ServiceUnavailable, $"The store '{error.StoreId}' cannot serve the image at the moment ({error.Error}). Try again later."),
    };

    // A refusal speaks of the image's own content, so all of it may be told; its location may not.
    private static string ReasonOf(StoreException error) =>
        error.Inspection is { IsSafe: false, Findings: var findings } && findings.FirstOrDefault(finding => finding.IsUnsafe) is { } danger
            ? $"it is not safe ({danger.Code}): {danger.Message}"
            : $"its format is {error.Inspection?.Format ?? "unknown"}, which is not its disk_format.";
}
