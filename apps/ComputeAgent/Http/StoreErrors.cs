namespace GlanceStore.ComputeAgent.Http;

/// <summary>What a store's failure is to a client of the agent.</summary>
internal static class StoreErrors
{
    public static int StatusOf(StoreError error) => error switch
    {
        StoreError.NotFound => StatusCodes.Status404NotFound,
        StoreError.AlreadyExists or StoreError.InUse or StoreError.Changed => StatusCodes.Status409Conflict,
        StoreError.InvalidLocation => StatusCodes.Status400BadRequest,
        StoreError.TooLarge => StatusCodes.Status413PayloadTooLarge,
        StoreError.InvalidRange => StatusCodes.Status416RangeNotSatisfiable,
        StoreError.Refused => StatusCodes.Status422UnprocessableEntity,
        StoreError.Unsupported => StatusCodes.Status501NotImplemented,
        StoreError.AccessDenied or StoreError.NotAuthenticated or StoreError.Corrupted or StoreError.SizeMismatch => StatusCodes.Status502BadGateway,
        StoreError.Throttled or StoreError.Unavailable or StoreError.Stalled => StatusCodes.Status503ServiceUnavailable,
        StoreError.OutOfSpace => StatusCodes.Status507InsufficientStorage,
        _ => StatusCodes.Status500InternalServerError,
    };
}
