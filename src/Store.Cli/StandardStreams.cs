using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cli;

/// <summary>The process's own input and output as bytes.</summary>
internal static class StandardStreams
{
    /// <summary>How <c>put</c> and <c>get</c> write "stdin" and "stdout".</summary>
    public const string Name = "-";

    /// <remarks>Not the console's stream, which makes a new task and more for each of the many short reads of a pipe.</remarks>
    public static Stream OpenInput() => new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    /// <summary>Runs a transfer into stdout.</summary>
    /// <remarks>
    /// Not the console's stream, which takes a closed pipe for success: <c>get | head</c> must end, and say that it did not write all.
    /// </remarks>
    public static async Task WriteAsync(Func<Stream, Task> transfer)
    {
        await using var file = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        await using var output = new InterruptibleStream(file);
        await transfer(output);

        // Asking for the handle makes the file's offset, which this process shares with its shell, the end of what was written.
        _ = file.SafeFileHandle;
    }
}
