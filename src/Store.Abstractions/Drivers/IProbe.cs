namespace GlanceStore.Drivers;

/// <summary>The optional role of a driver that finds out, on the operator's own backend, what that backend really does.</summary>
public interface IProbe
{
    /// <summary>Asks the backend one question after the other, with small objects of its own that it removes again.</summary>
    /// <returns>Each finding as soon as it is known; the settings that follow from all come last.</returns>
    IAsyncEnumerable<ProbeFinding> ProbeAsync(CancellationToken cancellationToken);
}

/// <summary>One thing a probe found out.</summary>
/// <param name="Name">What was asked, in a few words.</param>
/// <param name="Answer">What the backend does.</param>
/// <param name="Detail">One sentence: what was seen, and what to do about it.</param>
public sealed record ProbeFinding(string Name, ProbeAnswer Answer, string Detail);

/// <summary>The answer to a question of a probe.</summary>
public enum ProbeAnswer
{
    /// <summary>The backend does it.</summary>
    Yes,

    /// <summary>The backend does not.</summary>
    No,

    /// <summary>It could not be found out.</summary>
    Unclear,
}
