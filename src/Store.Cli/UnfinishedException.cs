namespace GlanceStore.Cli;

/// <summary>A command that failed and left something: what, and how to go on, is said with the failure.</summary>
internal sealed class UnfinishedException(string left, Exception cause) : Exception(null, cause)
{
    /// <summary>What is left, as a sentence.</summary>
    public string Left => left;
}
