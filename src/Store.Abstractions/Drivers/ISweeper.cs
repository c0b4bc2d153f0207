namespace GlanceStore.Drivers;

/// <summary>The optional role of a driver that finds what a killed process has left behind, and removes it.</summary>
public interface ISweeper
{
    /// <summary>Finds leftovers last touched before <paramref name="before"/> and, unless told to only look, removes each.</summary>
    /// <param name="before">Anything younger may be an upload under way and is left alone.</param>
    /// <param name="mode">Whether to remove what is found.</param>
    /// <param name="cancellationToken">Ends the sweep; what was returned until then is done.</param>
    /// <returns>What was found, each after it was removed.</returns>
    IAsyncEnumerable<Leftover> SweepAsync(DateTimeOffset before, SweepMode mode, CancellationToken cancellationToken);
}

/// <summary>Whether a sweep removes what it finds.</summary>
public enum SweepMode
{
    /// <summary>Remove it.</summary>
    Remove,

    /// <summary>Only tell.</summary>
    DryRun,
}

/// <summary>Something an upload left behind that never became an image.</summary>
/// <param name="Name">What the backend's operator would find it under.</param>
/// <param name="SizeBytes">How much room it takes, or null where the backend does not tell.</param>
/// <param name="LastModified">When it was last touched.</param>
public sealed record Leftover(string Name, long? SizeBytes, DateTimeOffset LastModified);
