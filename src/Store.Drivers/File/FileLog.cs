using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.File;

internal static partial class FileLog
{
    [LoggerMessage(1, LogLevel.Warning, "The permissions of {Path} could not be set")]
    public static partial void ModeNotSet(ILogger logger, Exception exception, string path);

    [LoggerMessage(2, LogLevel.Warning, "The directory {Directory} could not be opened to those who may read its images")]
    public static partial void DirectoryNotOpened(ILogger logger, Exception exception, string directory);

    [LoggerMessage(3, LogLevel.Warning, "A part of an upload could not be removed from {Directory}; a sweep will")]
    public static partial void PartStays(ILogger logger, Exception exception, string directory);

    [LoggerMessage(4, LogLevel.Warning, "No entry of the metadata file has a mount point that {Directory} lies under")]
    public static partial void NoMetadata(ILogger logger, string directory);

    [LoggerMessage(5, LogLevel.Warning, "The image {Path}, whose put failed because its directory could not be flushed, could not be removed")]
    public static partial void ImageStays(ILogger logger, Exception exception, string path);

    [LoggerMessage(6, LogLevel.Warning, "A directory of the store is out of reach, and the others are used: {Fault}")]
    public static partial void DirectoryOutOfReach(ILogger logger, string fault);

    [LoggerMessage(7, LogLevel.Warning, "Nothing can be begun in {Directory}, so it is begun in another one")]
    public static partial void DirectoryPassedOver(ILogger logger, Exception exception, string directory);
}
