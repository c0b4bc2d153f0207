namespace GlanceStore.ComputeAgent.Images;

/// <summary>What clients are told of an image.</summary>
internal sealed record ImageDocument(string Id, ImageState State, int Priority, string? Format, string? Source, string Digest, long Size)
{
    /// <summary>What it was found to be; null before it was looked into.</summary>
    public FoundImage? Found { get; init; }

    /// <summary>How many bytes are here, of how many; null where nothing is on its way.</summary>
    public ProgressDocument? Progress { get; init; }

    public ImageFailure? Error { get; init; }

    public static ImageDocument Of(AgentImage image) => new(
        image.Id, image.State, image.Record.Priority, image.Record.Format, image.Record.Origin.Source, image.Source.Digest.ToString(), image.Source.Size)
    {
        Found = image.Record.Found,
        Progress = image.State == ImageState.Downloading ? new ProgressDocument(image.Progress.Bytes, image.Progress.TotalBytes) : null,
        Error = image.Failure,
    };
}

internal sealed record ProgressDocument(long Bytes, long? TotalBytes);
