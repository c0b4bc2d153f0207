namespace GlanceStore;

/// <summary>What an argument's error says to somebody who gave a text and no argument.</summary>
internal static class Misuse
{
    /// <summary>The message without the parameter's name that .NET adds to it.</summary>
    public static string Sentence(ArgumentException error) => error.ParamName is { } name
        ? error.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
        : error.Message;
}
