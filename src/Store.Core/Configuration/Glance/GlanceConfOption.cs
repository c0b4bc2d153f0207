namespace GlanceStore;

/// <summary>An option of a <c>glance-api.conf</c> that a service reads for itself.</summary>
/// <param name="Section">The section that it stands in.</param>
/// <param name="Name">Its name.</param>
/// <param name="Text">What it is set to. It may be a secret.</param>
/// <param name="File">The file that it stands in.</param>
/// <param name="Line">Its line, counted from 1.</param>
public sealed record GlanceConfOption(string Section, string Name, string Text, string File, int Line)
{
    /// <summary>The option and its place, without its text.</summary>
    public override string ToString() => $"'{Name}' of [{Section}] ({File}:{Line})";
}
