using Microsoft.Extensions.Logging;

namespace GlanceStore.Nbd;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "NBD server: listening on {EndPoint}")]
    public static partial void Listening(ILogger logger, string endPoint);

    [LoggerMessage(2, LogLevel.Debug, "NBD {Client}: reads '{Export}'")]
    public static partial void Reads(ILogger logger, string client, string export);

    [LoggerMessage(3, LogLevel.Warning, "NBD {Client}: disconnected, because {Reason}")]
    public static partial void Disconnected(ILogger logger, string client, string reason);

    [LoggerMessage(4, LogLevel.Debug, "NBD {Client}: the connection ended: {Reason}")]
    public static partial void Lost(ILogger logger, string client, string reason);

    [LoggerMessage(5, LogLevel.Error, "NBD {Client}: failed unexpectedly")]
    public static partial void Failed(ILogger logger, Exception exception, string client);

    [LoggerMessage(6, LogLevel.Warning, "NBD {Client}: '{Export}' could not be read at byte {Offset}: {Reason}")]
    public static partial void ReadFailed(ILogger logger, string client, string export, long offset, string reason);

    [LoggerMessage(7, LogLevel.Warning, "NBD server: {Most} clients are connected, which is the most allowed (MaxConnections); further ones are disconnected at once")]
    public static partial void Full(ILogger logger, int most);

    [LoggerMessage(8, LogLevel.Warning, "NBD server: no client can be accepted for the moment: {Reason}")]
    public static partial void CannotAccept(ILogger logger, string reason);

    [LoggerMessage(9, LogLevel.Warning, "NBD server: what is behind the export '{Export}' could not be disposed")]
    public static partial void NotDisposed(ILogger logger, Exception exception, string export);
}
