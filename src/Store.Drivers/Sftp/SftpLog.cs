using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.Sftp;

internal static partial class SftpLog
{
    [LoggerMessage(1, LogLevel.Warning, "A part of an upload could not be removed from {Directory}; a sweep will")]
    public static partial void PartStays(ILogger logger, Exception exception, string directory);

    [LoggerMessage(2, LogLevel.Warning, "The server {Host} is trusted with a key nobody knows: {Fingerprint}")]
    public static partial void UnknownKeyAccepted(ILogger logger, string host, string fingerprint);

    [LoggerMessage(3, LogLevel.Warning, "A rename at {Host} replaces what is there, so that new images are claimed by a file of their own while they are named")]
    public static partial void RenameReplaces(ILogger logger, string host);

    [LoggerMessage(4, LogLevel.Warning, "What is written at {Host} through several handles of one file does not all stay, or the server opens no second one: images are written through one handle each, in order")]
    public static partial void WritesThroughOneHandle(ILogger logger, string host);
}
