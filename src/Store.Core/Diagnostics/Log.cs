using Microsoft.Extensions.Logging;

namespace GlanceStore.Diagnostics;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Store {Store}: stored {Location}, {Bytes} bytes")]
    public static partial void Stored(ILogger logger, string store, ImageLocation location, long bytes);

    [LoggerMessage(2, LogLevel.Warning, "Store {Store}: attempt {Attempt} failed, next in {Delay}: {Reason}")]
    public static partial void Retrying(ILogger logger, string store, int attempt, TimeSpan delay, string reason);

    [LoggerMessage(3, LogLevel.Warning, "Store {Store}: {Operation} of {Location} failed ({Error}): {Reason}")]
    public static partial void Failed(ILogger logger, string store, string operation, ImageLocation? location, StoreError error, string reason);

    [LoggerMessage(4, LogLevel.Debug, "Store {Store}: {Operation} of {Location} refused ({Error}): {Reason}")]
    public static partial void Refused(ILogger logger, string store, string operation, ImageLocation? location, StoreError error, string reason);

    [LoggerMessage(5, LogLevel.Warning, "Store {Store}: the answer to the commit of {Location} was lost, looking whether it took effect")]
    public static partial void CommitUnclear(ILogger logger, string store, ImageLocation location);

    [LoggerMessage(6, LogLevel.Warning, "Store {Store}: reading {Location} goes on at byte {Offset} after a broken answer")]
    public static partial void Resumed(ILogger logger, string store, ImageLocation location, long offset);

    [LoggerMessage(7, LogLevel.Error, "Store {Store} is down: {Reason}")]
    public static partial void Down(ILogger logger, string store, string reason);

    [LoggerMessage(8, LogLevel.Information, "Store {Store}: adopted {Location}, which {Why} (found by {Match})")]
    public static partial void Adopted(ILogger logger, string store, ImageLocation location, string why, LocationMatch match);

    [LoggerMessage(9, LogLevel.Warning, "Store {Store}: removed {Location} again, because another target of the put failed")]
    public static partial void TakenBack(ILogger logger, string store, ImageLocation location);

    [LoggerMessage(10, LogLevel.Error, "Store {Store}: {Location} stays, although another target of the put failed: {Reason}")]
    public static partial void NotTakenBack(ILogger logger, string store, ImageLocation location, string reason);

    [LoggerMessage(11, LogLevel.Warning, "Store {Store}: reading {Location} goes on at byte {Offset} wherever else the image is: {Reason}")]
    public static partial void FailedOver(ILogger logger, string store, ImageLocation location, long offset, string reason);

    [LoggerMessage(13, LogLevel.Warning, "Store {Store}: {Location} names no account and fits {Stores}, which have several; this one is asked")]
    public static partial void Ambiguous(ILogger logger, string store, ImageLocation location, string stores);

    [LoggerMessage(12, LogLevel.Debug, "Store {Store}: asked for {Location} at byte {Offset}, which is late, a second time")]
    public static partial void Hedged(ILogger logger, string store, ImageLocation location, long offset);
}
