using GlanceStore.ComputeAgent.Http;

namespace GlanceStore.ComputeAgent.Sources;

/// <summary>All who know where images are, asked one after the other.</summary>
internal sealed partial class SourceList(IReadOnlyList<IImageSource> sources, ILogger<SourceList> logger)
{
    /// <summary>Where an image is, by the first source that knows it; null where none does.</summary>
    /// <param name="id">The image.</param>
    /// <param name="name">The only source to ask; null for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StoreException">None knows it, and one could not be asked.</exception>
    public async Task<ImageOrigin?> FindAsync(ImageId id, string? name, CancellationToken cancellationToken)
    {
        var asked = name is null ? sources : [.. sources.Where(source => source.Name == name)];
        if (name is not null && asked.Count == 0)
        {
            throw AgentException.BadRequest($"There is no source '{name}'; there are {string.Join(", ", sources.Select(source => source.Name))}.");
        }

        StoreException? failure = null;
        foreach (var source in asked)
        {
            try
            {
                if (await source.FindAsync(id, cancellationToken) is { } found)
                {
                    return found;
                }
            }
            catch (StoreException e)
            {
                LogFailure(logger, source.Name, id, e.Message);
                failure ??= e;
            }
        }

        return failure is null ? null : throw failure;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The source {Source} could not tell of the image {Image}: {Reason}")]
    private static partial void LogFailure(ILogger logger, string source, ImageId image, string reason);
}
