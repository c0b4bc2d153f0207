using System.Data.Common;
using System.Net.Sockets;
using System.Security.Cryptography;
using GlanceStore;

namespace GlanceStore.Applications;

/// <summary>The life of an application as a process: what keeps it from starting is one sentence and an exit code.</summary>
internal static class Application
{
    private const int Failed = 1;
    private const int Misused = 2;

    /// <summary>Builds it and runs it to its end.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="usage">How it is called, for who asks.</param>
    /// <param name="arguments">Settings as <c>--Name:Of:Setting value</c> or <c>--Name:Of:Setting=value</c>.</param>
    /// <param name="output">Where that goes.</param>
    /// <param name="errors">Where what is wrong goes.</param>
    /// <param name="build">Puts it together.</param>
    /// <param name="run">Starts it, and ends when it does.</param>
    /// <returns>The exit code: 0 it was stopped, 1 it could not start or go on, 2 wrong arguments or settings.</returns>
    public static async Task<int> RunAsync<T>(string name, string usage, string[] arguments, TextWriter output, TextWriter errors, Func<Task<T>> build, Func<T, Task> run)
        where T : IAsyncDisposable
    {
        if (AsksForHelp(arguments))
        {
            await output.WriteLineAsync(usage);
            return 0;
        }

        if (CommandIn(arguments) is var at && at < arguments.Length)
        {
            await errors.WriteLineAsync($"{name}: '{arguments[at]}' is no setting; see {name} --help.");
            return Misused;
        }

        var isBuilt = false;
        try
        {
            await using var application = await build();
            isBuilt = true;
            await run(application);
        }
        catch (OperationCanceledException)
        {
            // It was told to end while it started.
        }
        catch (Exception e) when (IsTold(e))
        {
            await errors.WriteLineAsync($"{name}: {SentenceOf(e)}");
            return !isBuilt && IsOfSettings(e) ? Misused : Failed;
        }

        return 0;
    }

    /// <summary>Whether what went wrong is the settings' or the surroundings', who starts it is told of it, and no fault of ours.</summary>
    public static bool IsTold(Exception error) => IsOfSettings(error)
        || error is StoreException or IOException or UnauthorizedAccessException or SocketException or DbException or CryptographicException;

    /// <summary>What is told of that.</summary>
    public static string SentenceOf(Exception error) => error is InvalidDataException { InnerException: not null } ? $"{error.Message} {error.GetBaseException().Message}" : error.Message;

    /// <summary>Whether somebody wants to know how it is called.</summary>
    public static bool AsksForHelp(string[] arguments) => arguments.Any(argument => argument is "--help" or "-h" or "-?");

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

    private static bool IsOfSettings(Exception error) =>
        error is InvalidOperationException or InvalidDataException or FormatException or FileNotFoundException or StoreException { Error: StoreError.InvalidConfiguration };
}
