using System.Globalization;
using GlanceStore.Benchmarks.Comparison;
using GlanceStore.Benchmarks.Comparison.Contestants;

switch (args)
{
    case ["digests", var bytes]:
        await DigestsAlone.RunAsync(long.Parse(bytes, CultureInfo.InvariantCulture));
        break;
    case ["put-many", var count, var bytes, var atOnce, .. var settings]:
        await PutMany.RunAsync(count, bytes, atOnce, settings);
        break;
    case ["s3-transfer-utility", var verb, var name]:
        await S3TransferUtility.RunAsync(verb, name);
        break;
    case ["--help"]:
        Console.WriteLine(Settings.Usage);
        break;
    default:
        await CompareAsync(Settings.Parse(args));
        break;
}

static async Task CompareAsync(Settings settings)
{
    using var workplace = new Workplace(settings.Work, settings.Tools);
    var tournament = new Tournament(workplace, settings.Rounds);
    var results = new List<ScenarioResult>();
    foreach (var scenario in FileScenarios.All(settings).Concat(StoresScenarios.All(settings)).Concat(HttpScenarios.All(settings)).Concat(S3Scenarios.All(settings))
        .Where(one => one.Title.Contains(settings.Only, StringComparison.OrdinalIgnoreCase)))
    {
        results.Add(await tournament.RunAsync(scenario));
    }

    Directory.CreateDirectory(settings.Out);
    var page = MarkdownReport.Write(await Machine.DescribeAsync(workplace), results);
    await File.WriteAllTextAsync(Path.Combine(settings.Out, "benchmarks.md"), page);
    await File.WriteAllTextAsync(Path.Combine(settings.Out, "benchmarks.svg"), SvgPlot.Draw(results));
}
