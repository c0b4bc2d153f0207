namespace GlanceStore.Drivers.Shared;

/// <summary>What an exception was caused by: an SDK or the runtime wraps the cause in others.</summary>
internal static class ExceptionChain
{
    /// <summary>The exception and all inside it, the outermost first.</summary>
    public static IEnumerable<Exception> Of(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
        {
            yield return e;
        }
    }
}
