namespace GlanceStore;

/// <summary>An option of a <c>glance-api.conf</c> that changes nothing here.</summary>
/// <param name="Section">The section that it stands in.</param>
/// <param name="Name">Its name.</param>
/// <param name="File">The file that it stands in.</param>
/// <param name="Line">Its line, counted from 1.</param>
/// <param name="Reason">Why it changes nothing, in words that follow "because".</param>
public sealed record IgnoredOption(string Section, string Name, string File, int Line, string Reason)
{
    /// <summary>The option, its place and the reason, in one sentence.</summary>
    public override string ToString() => $"The option '{Name}' of [{Section}] is ignored ({File}:{Line}): {Reason}.";
}
