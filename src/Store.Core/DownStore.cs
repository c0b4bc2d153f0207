namespace GlanceStore;

/// <summary>A store that is configured and could not be made: it serves nothing, and the others are served all the same.</summary>
/// <param name="Id">The id it is configured under.</param>
/// <param name="Type">Its kind of driver, or null where that is not known.</param>
/// <param name="Reason">What went wrong, in one sentence.</param>
/// <param name="Error">The original error, where there is one.</param>
public sealed record DownStore(string Id, string? Type, string Reason, Exception? Error = null);
