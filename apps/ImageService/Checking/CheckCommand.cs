using System.Data.Common;
using GlanceStore.Applications;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Transfers;

namespace GlanceStore.ImageService.Checking;

/// <summary><c>image-service db check</c>: the database and the stores, compared, with the service's own configuration.</summary>
internal static class CheckCommand
{
    /// <summary>How it is called.</summary>
    public const string Usage =
        """
        image-service db check [--sample N|P%] [--json] [--config FILE] [--NAME:OF:SETTING VALUE ...]

        Compares what the database says of images with what their stores hold, and changes nothing. The service may be running.
          --sample   how many copies are read and compared with their digests, chosen at random: a number, or a part of all; 1% by default
          --json     an object a line instead of a sentence
        Exit codes: 0 they agree, 1 not everything could be looked at, 2 wrong arguments or settings, 3 something is missing,
        4 nothing is missing, and something is in no database, of another size or damaged.
        """;

    private const int Failed = 1;
    private const int Misused = 2;

    private static readonly SampleSize DefaultSample = new(1, IsPercent: true);

    /// <summary>Whether the arguments are of this command.</summary>
    public static bool IsCalledBy(string[] arguments) => arguments[Application.CommandIn(arguments)..] is ["db", ..];

    /// <summary>Runs it; the result is the exit code.</summary>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        if (Application.AsksForHelp(arguments))
        {
            await output.WriteLineAsync(Usage);
            return 0;
        }

        if (Read(arguments) is not { } call)
        {
            await errors.WriteLineAsync(Usage);
            return Misused;
        }

        try
        {
            await using var service = ServiceHost.Build([.. call.Settings, "--Logging:LogLevel:Default=None"]);
            var database = service.Services.GetRequiredService<ServiceDatabase>();
            await database.RequireCurrentAsync(cancellationToken);
            var report = new CheckReport(output, call.AsJson);
            await using var scratch = await CheckScratch.OpenAsync(cancellationToken);
            var check = new DatabaseCheck(
                new CheckRecords(database), service.Services.GetRequiredService<ImageStores>(), service.Services.GetRequiredService<StagingArea>(), scratch, report.Write);
            await check.RunAsync(call.Sample, Random.Shared, cancellationToken);
            report.End(check);
            return report.ExitCode;
        }
        catch (DbException e)
        {
            await errors.WriteLineAsync($"The database cannot be read: {e.Message}");
            return Failed;
        }
        catch (Exception e) when (Application.IsTold(e))
        {
            await errors.WriteLineAsync(Application.SentenceOf(e));
            return Misused;
        }
    }

    private static Call? Read(string[] arguments)
    {
        var at = Application.CommandIn(arguments);
        if (arguments[at..] is not ["db", "check", .. var after])
        {
            return null;
        }

        var (sample, asJson, settings) = ((SampleSize?)DefaultSample, false, new List<string>(arguments[..at]));
        for (var i = 0; i < after.Length && sample is not null; i++)
        {
            switch (after[i])
            {
                case "--json":
                    asJson = true;
                    break;
                case "--sample" when i + 1 < after.Length:
                    sample = SampleSize.Parse(after[++i]);
                    break;
                case var setting when setting.StartsWith("--", StringComparison.Ordinal) && (setting.Contains(':') || setting.StartsWith("--config", StringComparison.Ordinal)):
                    settings.AddRange(setting.Contains('=') || i + 1 == after.Length ? [setting] : [setting, after[++i]]);
                    break;
                default:
                    return null;
            }
        }

        return sample is { } size ? new Call(size, asJson, [.. settings]) : null;
    }

    private sealed record Call(SampleSize Sample, bool AsJson, string[] Settings);
}
