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
    public static Stream OpenInput()
    {
        if (!UnixFile.IsInherited(0))
        {
            throw new IOException("stdin is closed; there is nothing to read the image from.");
        }

        var file = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        return file.CanSeek || !OperatingSystem.IsLinux() ? file : new PatientInput(file, 0);
    }

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
        await using var output = new InterruptibleStream(OpenOutput());
        try
        {
            await transfer(output);
        }
        catch (OperationCanceledException e)
        {
            throw new UnfinishedException("What was written to stdout until then is not the whole image.", e);
        }
    }

    /// <summary>Prints a line that somebody may count on, and makes sure of it where stdout is a file.</summary>
    /// <exception cref="IOException">It was not printed, or is not on its disk.</exception>
    public static void Print(string line)
    {
        Console.Out.WriteLine(line);
        FlushOutput();
    }

    /// <summary>Makes sure that what was written to stdout is on its disk, where it is a file or a device.</summary>
    /// <exception cref="IOException">It is not.</exception>
    public static void FlushOutput()
    {
        Console.Out.Flush();
        if (OperatingSystem.IsLinux())
        {
            using var handle = new SafeFileHandle(1, ownsHandle: false);
            DiskFlush.Of(handle, "stdout");
        }
    }

    private static Stream OpenOutput() => OperatingSystem.IsLinux()
        ? new PatientOutput(1)
        : new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
}
