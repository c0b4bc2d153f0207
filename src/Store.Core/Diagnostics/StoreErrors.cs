namespace GlanceStore.Diagnostics;

/// <summary>What the front adds to an error on its way to the caller.</summary>
internal static class StoreErrors
{
    /// <summary>The error, and a sentence more of what it means; where it happened and what to do about it stay.</summary>
    public static StoreException With(this StoreException error, string sentence)
    {
        var more = new StoreException(error.Error, $"{error.Message} {sentence}", error)
        {
            IsTransient = error.IsTransient,
            RetryAfter = error.RetryAfter,
            RequestId = error.RequestId,
            Inspection = error.Inspection,
        };
        return error is { Operation: { } operation, StoreId: { } store } ? more.During(operation, store, error.Location) : more;
    }
}
