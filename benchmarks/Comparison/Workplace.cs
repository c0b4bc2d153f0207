using System.Diagnostics;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>The folder all contestants work in, and the environment that they find their programs by.</summary>
internal sealed class Workplace : IDisposable
{
    private readonly string _path;

    public Workplace(string folder, string toolFolder)
    {
        Folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(Folder);
        _path = string.Join(':', Path.GetFullPath(toolFolder), AppContext.BaseDirectory, Environment.GetEnvironmentVariable("PATH"));
    }

    public string Folder { get; }

    /// <summary>Makes a file of random bytes, the same ones every time.</summary>
    public async Task MakeImageAsync(string name, long bytes)
    {
        var random = new Random(1);
        var block = new byte[16 << 20];
        await using var file = File.Create(Path.Combine(Folder, name));
        for (var left = bytes; left > 0; left -= block.Length)
        {
            random.NextBytes(block);
            await file.WriteAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)));
        }
    }

    /// <summary>A copy of a folder with a build in it that has this program as well, which then runs on the libraries of that build.</summary>
    /// <returns>Where it is, as a shell in <see cref="Folder"/> says it.</returns>
    public async Task<string> WithOurBenchAsync(string folder)
    {
        await ShellAsync($"rm -rf build-before && cp -r '{folder}' build-before && cp -rn \"$BENCH\"/. build-before && cp \"$BENCH\"/glance-store-bench* build-before");
        return "$PWD/build-before";
    }

    public Task<string> ShellAsync(string command) => RunAsync("sh", "-c", command);

    public async Task<string> RunAsync(string program, params string[] arguments)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["PATH"] = _path;
        info.Environment["XDG_DATA_HOME"] = Folder;
        info.Environment["BENCH"] = AppContext.BaseDirectory;
        using var process = Process.Start(info)!;
        var outputs = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? outputs[0]
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}\n{outputs[1]}");
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
