namespace GlanceStore.Cli;

/// <summary>A put that failed and can be gone on with.</summary>
internal sealed class UnfinishedPutException(string sessionFile, Exception cause) : Exception(null, cause)
{
    /// <summary>How to go on.</summary>
    public string Advice => $"What was written is kept: put --resume {sessionFile} goes on with it.";
}
