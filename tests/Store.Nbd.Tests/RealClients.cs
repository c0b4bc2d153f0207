using System.Diagnostics;
using System.Globalization;
using GlanceStore.Conformance;

namespace GlanceStore.Nbd.Tests;

/// <summary>Programs that people read NBD with.</summary>
internal static class RealClients
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>What <c>GLANCESTORE_REQUIRE</c> calls the programs of libnbd.</summary>
    public const string LibNbd = "libnbd";

    /// <summary>Skips the test where a program is not there.</summary>
    public static void Require(string name, params string[] programs)
    {
        if (programs.FirstOrDefault(program => !File.Exists($"/usr/bin/{program}") && !File.Exists($"/usr/sbin/{program}")) is { } absent)
        {
            SkippedServers.Skip(name, $"there is no {absent} in /usr/bin or /usr/sbin");
        }
    }

    /// <summary>Runs a program that has to succeed, and gives what it printed.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (code, output, errors) = await TryAsync(program, arguments);
        Assert.AreEqual(0, code, $"{program} {string.Join(' ', arguments)}: {errors}");
        return output;
    }

    public static async Task<(int Code, string Output, string Errors)> TryAsync(string program, params string[] arguments)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var process = Process.Start(StartOf(program, arguments))!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    /// <summary>A program of Debian's, with the system's own PATH: a python3 that comes first elsewhere has no libnbd.</summary>
    public static ProcessStartInfo StartOf(string program, params string[] arguments) => new(program, arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin" },
    };

    /// <summary>The extents that <c>nbdinfo --map</c> prints: offset, length and kind of each.</summary>
    public static async Task<string> MapAsync(string uri)
    {
        var lines = (await RunAsync("nbdinfo", "--map", uri)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var extents = new List<(long Offset, long Length, string Kind)>();
        foreach (var words in lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            var (offset, length) = (long.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture));
            if (extents.Count > 0 && extents[^1].Kind == words[2])
            {
                extents[^1] = extents[^1] with { Length = extents[^1].Length + length }; // how many answers it took is not what is compared
            }
            else
            {
                extents.Add((offset, length, words[2]));
            }
        }

        return string.Join('\n', extents);
    }
}
