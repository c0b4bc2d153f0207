using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cli;

/// <summary>The process's own input and output as bytes.</summary>
internal static class StandardStreams
{
    /// <summary>How <c>put</c> and <c>get</c> write "stdin" and "stdout".</summary>
    public const string Name = "-";

    /// <summary>Where the operating system shows the process its own stdin as a file.</summary>
    public const string InputPath = "/dev/stdin";

    /// <remarks>Not the console's stream, which makes a new task and more for each of the many short reads of a pipe.</remarks>
    /// <exception cref="IOException">The process was started without one.</exception>
    public static Stream OpenInput() => UnixFile.IsInherited(0)
        ? new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0)
        : throw new IOException("stdin is closed; there is nothing to read the image from.");

    /// <summary>Checks that there is a stdout, before anything is done whose result it should take.</summary>
    /// <exception cref="IOException">The process was started without one.</exception>
    public static void RequireOutput()
    {
        if (!UnixFile.IsInherited(1))
        {
            throw new IOException("stdout is closed; redirect it to /dev/null where its content is not wanted.");
        }
    }

    /// <summary>Writes a sentence to stderr, where there is one that takes it: the exit code says the same to whoever closed it.</summary>
    public static void Tell(string sentence)
    {
        // Whatever file took the number of a closed stderr is not to be written to.
        if (!UnixFile.IsInherited(2))
        {
            return;
        }

        try
        {
            Console.Error.WriteLine($"glance-store: {Texts.OneLine(sentence)}");
        }
        catch (IOException)
        {
            // A full disk or a closed pipe; there is nowhere left to say so.
        }
    }

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
