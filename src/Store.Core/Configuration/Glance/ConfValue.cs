namespace GlanceStore;

/// <summary>Where in a configuration file something stands.</summary>
internal readonly record struct ConfPlace(string File, int Line)
{
    public override string ToString() => $"{File}:{Line}";
}

/// <summary>What an option is set to, as it is written. It may be a secret, so no message repeats it.</summary>
internal sealed record ConfValue(string Section, string Name, string Text, ConfPlace Place)
{
    public override string ToString() => $"'{Name}' ({Place})";
}
