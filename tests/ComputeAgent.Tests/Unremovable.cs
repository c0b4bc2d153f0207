using System.Diagnostics;
using GlanceStore.Conformance;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>A file that nobody can remove: something is mounted on it, for not even the mode of its directory keeps root from that.</summary>
internal sealed class Unremovable : IDisposable
{
    private readonly string _path;

    private Unremovable(string path) => _path = path;

    public static async Task<Unremovable> MakeAsync(string path)
    {
        if (await RunAsync("/usr/bin/mount", "--bind", path, path) is not 0)
        {
            SkippedServers.Skip("mount", "this user may not mount, which takes root");
        }

        return new Unremovable(path);
    }

    public void Dispose()
    {
        using var unmount = Process.Start("/usr/bin/umount", [_path]);
        unmount.WaitForExit();
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
