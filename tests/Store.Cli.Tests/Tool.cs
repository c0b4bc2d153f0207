using System.Diagnostics;
using System.Text;

namespace GlanceStore.Cli.Tests;

/// <summary>What a run of the tool left: its exit code and its two outputs.</summary>
internal sealed record Outcome(int ExitCode, byte[] Bytes, string Errors)
{
    public string Text => Encoding.UTF8.GetString(Bytes).TrimEnd();

    /// <summary>Checks the exit code and that stderr holds one sentence, with these words in it.</summary>
    public void FailedWith(int exitCode, string words)
    {
        Assert.AreEqual(exitCode, ExitCode, Errors);
        Assert.StartsWith("glance-store: ", Errors);
        Assert.Contains(words, Errors);
        Assert.DoesNotContain("   at ", Errors);
        Assert.AreEqual(1, Errors.TrimEnd().Split('\n').Length, Errors);
    }

    public Outcome Succeeded()
    {
        Assert.AreEqual(0, ExitCode, Errors);
        Assert.AreEqual("", Errors);
        return this;
    }
}

/// <summary>
/// Runs the built tool as a process, with a data directory of its own, so with a file store of its own. <c>GLANCESTORE_TOOL</c> names another one, such
/// as the one that a package holds.
/// </summary>
internal sealed class Tool : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("glance-store-cli-");

    public static string BuiltTool { get; } = Environment.GetEnvironmentVariable("GLANCESTORE_TOOL") is { Length: > 0 } named
        ? Path.GetFullPath(named)
        : Path.Combine(AppContext.BaseDirectory, "glance-store");

    /// <summary>The names of everything in the default store.</summary>
    public string[] Stored => Directory.Exists(StoreDirectory)
        ? [.. Directory.EnumerateFileSystemEntries(StoreDirectory).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)]
        : [];

    public string StoreDirectory => At("data/glance-store");

    /// <summary>Where the tool's temporary files are.</summary>
    public DirectoryInfo TemporaryDirectory => _root.CreateSubdirectory("tmp");

    public string At(string name) => Path.Combine(_root.FullName, name);

    public string LocationOf(string id) => $"file://{StoreDirectory}/{id}";

    /// <summary>Makes a file of bytes that look random and are the same every time.</summary>
    public byte[] MakeFile(string name, int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        File.WriteAllBytes(At(name), bytes);
        return bytes;
    }

    /// <summary>Stores a file of that length under an id, with its receipt beside it as <c>ID.json</c>.</summary>
    public async Task<byte[]> PutAsync(string id, int length, params string[] more)
    {
        var bytes = MakeFile(id, length);
        (await RunAsync(["put", At(id), "--id", id, "--receipt", At($"{id}.json"), .. more])).Succeeded();
        return bytes;
    }

    public Task<Outcome> RunAsync(params string[] arguments) => RunWithInputAsync([], arguments);

    public async Task<Outcome> RunWithInputAsync(byte[] input, params string[] arguments)
    {
        using var process = Start(arguments);
        var writing = WriteAsync(process, input);
        var outcome = await EndOfAsync(process);
        await writing;
        return outcome;
    }

    /// <summary>Runs the tool with its streams redirected as a shell does it: <c>&lt;&amp;-</c>, <c>&gt;/dev/full</c>.</summary>
    public async Task<Outcome> RunRedirectedAsync(string redirection, params string[] arguments)
    {
        using var process = StartProgram("sh", ["-c", $"exec \"$0\" \"$@\" {redirection}", BuiltTool, .. arguments]);
        process.StandardInput.Close();
        return await EndOfAsync(process);
    }

    // A test run started in the background ignores SIGINT, and so would its children.
    public Process Start(params string[] arguments) => StartProgram("env", ["--default-signal=INT", BuiltTool, .. arguments]);

    public Process StartProgram(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _root.FullName,
        };
        start.Environment["XDG_DATA_HOME"] = At("data");
        start.Environment["TMPDIR"] = TemporaryDirectory.FullName;
        return Process.Start(start)!;
    }

    public static async Task<Outcome> EndOfAsync(Process process)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var output = new MemoryStream();
        var copying = process.StandardOutput.BaseStream.CopyToAsync(output, timeout.Token);
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        await copying;
        return new Outcome(process.ExitCode, output.ToArray(), await errors);
    }

    public static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await kill.WaitForExitAsync();
        Assert.AreEqual(0, kill.ExitCode);
    }

    /// <summary>Makes a named pipe.</summary>
    public async Task<string> MakePipeAsync(string name)
    {
        using var process = StartProgram("mkfifo", At(name));
        Assert.AreEqual(0, (await EndOfAsync(process)).ExitCode);
        return At(name);
    }

    public void Dispose() => _root.Delete(recursive: true);

    private static async Task WriteAsync(Process process, byte[] input)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The tool had read enough, and went.
        }
    }
}
