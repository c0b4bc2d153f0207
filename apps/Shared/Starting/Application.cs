using System.Data.Common;
using System.Net.Sockets;
using GlanceStore;

namespace GlanceStore.Applications;

/// <summary>The life of an application as a process: what keeps it from starting is one sentence and an exit code.</summary>
internal static class Application
{
    private const int Failed = 1;
    private const int Misused = 2;
    private const string Settings = "--Name:Of:Setting VALUE, and --config FILE names a file of them";

    /// <summary>Builds it and runs it to its end.</summary>
    /// <param name="arguments">Settings as <c>--Name:Of:Setting value</c> or <c>--Name:Of:Setting=value</c>.</param>
    /// <param name="errors">Where the sentence goes.</param>
    /// <param name="build">Puts it together.</param>
    /// <param name="run">Starts it, and ends when it does.</param>
    /// <returns>The exit code: 0 it was stopped, 1 it could not start or go on, 2 wrong arguments or settings.</returns>
    public static async Task<int> RunAsync<T>(string[] arguments, TextWriter errors, Func<Task<T>> build, Func<T, Task> run)
        where T : IAsyncDisposable
    {
        if (arguments.Contains("--help"))
        {
            await errors.WriteLineAsync($"Settings are given as {Settings}. All there are, with what they mean, are in appsettings.json.");
            return 0;
        }

        if (CommandIn(arguments) is var at && at < arguments.Length)
        {
            await errors.WriteLineAsync($"'{arguments[at]}' is no setting: they are given as {Settings}.");
            return Misused;
        }

        var code = Misused;
        try
        {
            await using var application = await build();
            code = Failed;
            await run(application);
            return 0;
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidDataException or FormatException or StoreException or IOException or UnauthorizedAccessException or SocketException or DbException)
        {
            await errors.WriteLineAsync(e.Message);
            return code;
        }
    }

    /// <summary>Where the first of the arguments is that is no setting and no value of one; their number where there is none.</summary>
    public static int CommandIn(string[] arguments)
    {
        var at = 0;
        while (at < arguments.Length && arguments[at].StartsWith("--", StringComparison.Ordinal))
        {
            at += arguments[at].Contains('=', StringComparison.Ordinal) ? 1 : 2;
        }

        return Math.Min(at, arguments.Length);
    }
}
