using Microsoft.Extensions.Logging;

namespace GlanceStore.Drivers.Rbd;

internal static partial class RbdLog
{
    [LoggerMessage(1, LogLevel.Warning, "The upload {Upload} could not be removed from the trash; a sweep will")]
    public static partial void UploadStays(ILogger logger, Exception exception, string upload);

    [LoggerMessage(2, LogLevel.Warning, "The image {Image} has no name any more and could not be removed from the trash, where its id is {Id}; a sweep will")]
    public static partial void TrashStays(ILogger logger, Exception exception, string image, string id);

    [LoggerMessage(3, LogLevel.Warning, "The connection to the cluster of {Pool} is of no more use and is replaced")]
    public static partial void ConnectionReplaced(ILogger logger, Exception exception, string pool);
}
