using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Events;

/// <summary>Tells what was sent to whom, after it was. It changes nothing, so a database that does not answer costs the event and no more.</summary>
internal sealed partial class SentImages(ServiceDatabase database, Outbox outbox, ILogger<SentImages> logger)
{
    /// <summary>Tells of a download that has ended.</summary>
    /// <param name="image">The image.</param>
    /// <param name="receiver">Who asked for it.</param>
    /// <param name="bytes">How many bytes were sent.</param>
    /// <param name="asked">How many should have been.</param>
    public async Task TellAsync(ImageRow image, Caller receiver, long bytes, long asked)
    {
        if (!outbox.Tells(EventTypes.Send))
        {
            return;
        }

        try
        {
            await database.WriteAsync(session =>
            {
                session.Tell(new ServiceEvent(EventTypes.Send, image.Id) { IsError = bytes != asked, Payload = EventPayloads.OfSending(image, bytes, receiver) });
                return Task.FromResult(bytes);
            }, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogUntold(logger, e, image.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "That image {Id} was sent could not be told.")]
    private static partial void LogUntold(ILogger logger, Exception error, string id);
}
