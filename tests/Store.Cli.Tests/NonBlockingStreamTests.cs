namespace GlanceStore.Cli.Tests;

/// <summary>Streams that do not wait, because a program that shares them made them so.</summary>
[TestClass]
public sealed class NonBlockingStreamTests : ToolTests
{
    private const int Length = 5_000_000;

    [TestMethod]
    public async Task A_stdin_that_does_not_wait_is_waited_for()
    {
        var bytes = Tool.MakeFile("disk", Length);
        (await ScriptAsync("""mkfifo late; (head -c 1000 disk; cat late; tail -c +1001 disk) | (unblock 0; : > late; "$0" put - --id image > /dev/null)""")).Succeeded();
        Same(bytes, await File.ReadAllBytesAsync(Path.Combine(Tool.StoreDirectory, "image")));
    }

    [TestMethod]
    public async Task A_stdout_that_does_not_wait_gets_all_of_an_image()
    {
        var bytes = await Tool.PutAsync("image", Length);
        Same(bytes, (await ScriptAsync("""(unblock 1; "$0" get image.json) | (read_late; cat)""")).Succeeded().Bytes);
    }

    // Nothing is read before the pipe is full.
    private Task<Outcome> ScriptAsync(string script)
    {
        const string Functions = """
            unblock() { python3 -c 'import fcntl, os, sys; fcntl.fcntl(int(sys.argv[1]), fcntl.F_SETFL, fcntl.fcntl(int(sys.argv[1]), fcntl.F_GETFL) | os.O_NONBLOCK)' $1; }
            read_late() { python3 -c 'import fcntl, select, struct, termios
            while struct.unpack("i", fcntl.ioctl(0, termios.FIONREAD, b"    "))[0] < 65536: select.select([0], [], [])'; }
            """;
        return RunAsync(Functions + "\n" + script);
    }

    private async Task<Outcome> RunAsync(string script)
    {
        using var process = Tool.StartProgram("bash", "-c", script, Tool.BuiltTool);
        process.StandardInput.Close();
        return await Tool.EndOfAsync(process);
    }
}
