using GlanceStore.ComputeAgent.Http;

namespace GlanceStore.ComputeAgent.Images;

/// <summary>Asks for the images that the configuration names, until each is known: a source may be away when a host starts.</summary>
internal sealed partial class Precache(AgentImages images, AgentOptions options, TimeProvider time, ILogger<Precache> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var wanted = (options.Precache ?? []).ToList();
        while (wanted.Count > 0)
        {
            foreach (var image in wanted.ToArray())
            {
                if (await TryAsync(image, cancellationToken))
                {
                    wanted.Remove(image);
                }
            }

            if (wanted.Count > 0)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    private async Task<bool> TryAsync(PrecachedImage image, CancellationToken cancellationToken)
    {
        try
        {
            await images.EnsureAsync(new ImageId(image.Id!), new ImageRequest { Format = image.Format, Priority = image.Priority }, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is StoreException or AgentException)
        {
            LogFailure(logger, image.Id!, e.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The image {Image} is to be precached, and cannot be asked for yet: {Reason}")]
    private static partial void LogFailure(ILogger logger, string image, string reason);
}
