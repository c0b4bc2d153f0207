using Microsoft.Extensions.Logging;

namespace GlanceStore.Cache;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Cache: chunk {Chunk} of '{Entry}' ({Length} bytes at {Offset}) is not on the disk what was fetched; it was forgotten, and whoever reads it next gets it anew")]
    public static partial void Damaged(ILogger logger, string entry, int chunk, long offset, long length);

    [LoggerMessage(2, LogLevel.Warning, "Cache: {Count} more chunks in '{Directory}' were not what was fetched, which was not said of each of them: look after the disk")]
    public static partial void MoreDamaged(ILogger logger, int count, string directory);

    [LoggerMessage(3, LogLevel.Warning, "Cache: '{Directory}' could not be scrubbed and is tried again: {Reason}")]
    public static partial void NotScrubbed(ILogger logger, string directory, string reason);

    [LoggerMessage(4, LogLevel.Debug, "Cache: '{Entry}' was scrubbed, {Bytes} bytes, {Damaged} chunks damaged")]
    public static partial void Scrubbed(ILogger logger, string entry, long bytes, int damaged);
}
