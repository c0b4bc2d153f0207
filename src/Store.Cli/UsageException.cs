namespace GlanceStore.Cli;

/// <summary>The command was given something it cannot use; the message is the whole sentence for the person who typed it.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
