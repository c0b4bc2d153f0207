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
    case ["delete-all-but", var kept, .. var settings]:
        await DeleteAll.RunAsync(kept, settings);
        break;
    case ["failover", var file, var how]:
        await Failover.RunAsync(file, how);
        break;
    case ["azure-sdk", var verb, var name]:
        await AzureSdk.RunAsync(verb, name);
        break;
    case ["s3-transfer-utility", var verb, var name]:
        await S3TransferUtility.RunAsync(verb, name);
        break;
    case ["ssh-net", var image, var host, var port, var user, var keyFile, var path, .. var atOnce]:
        SshNet.Put(image, new SshNet.Place(host, int.Parse(port, CultureInfo.InvariantCulture), user, keyFile, path), atOnce);
        break;
    case ["disk-copy", var image, var copy]:
        await DiskReads.CopyAsync(image, copy);
        break;
    case ["disk-read", var image, var offsets]:
        await DiskReads.ReadAsync(image, offsets);
        break;
    case ["disk-extents", var image]:
        await DiskReads.CountExtentsAsync(image);
        break;
    case ["delay", var port, var target, var milliseconds]:
        await DelayingProxy.RunAsync(port, target, milliseconds);
        break;
    case ["count-bytes", var port, var target]:
        await CountingProxy.RunAsync(port, target);
        break;
    case ["image-service", var name, .. var words]:
        await ImageServiceRuns.RunAsync(name, words);
        break;
    case ["far-away", "serve", var path]:
        await FarAway.ServeAsync(path);
        break;
    case ["far-away", "listen", var path, var milliseconds, .. var ports]:
        await FarAway.ListenAsync(path, milliseconds, ports);
        break;
    default:
        return args.Contains("--help") ? Help() : await TryCompareAsync(args);
}

return 0;

static int Help()
{
    Console.WriteLine(Settings.Usage);
    return 0;
}

// What is wrong with the arguments, or missing on the machine, is a sentence and no stack.
static async Task<int> TryCompareAsync(string[] args)
{
    try
    {
        return await CompareAsync(Settings.Parse(args));
    }
    catch (ArgumentException wrong)
    {
        Console.Error.WriteLine(wrong.Message);
        return 2;
    }
}

static async Task<int> CompareAsync(Settings settings)
{
    using var workplace = new Workplace(settings.Work, settings.Tools);
    if (await Programs.MissingPackageAsync(workplace, Programs.Time) is { } package)
    {
        throw new ArgumentException($"GNU time measures every run, and it is not here: install the package '{package}'.");
    }

    var before = settings.Before is { } folder ? await workplace.WithOurBenchAsync(folder) : null;
    var tournament = new Tournament(workplace, settings.Rounds);
    Directory.CreateDirectory(settings.Out);
    foreach (var group in Group.Chosen(settings.Groups))
    {
        var results = new List<ScenarioResult>();
        foreach (var scenario in group.Scenarios(settings).Where(one => one.Title.Contains(settings.Only, StringComparison.OrdinalIgnoreCase)))
        {
            if (await tournament.RunAsync(before is null ? scenario : scenario.AgainstTheBuildIn(before)) is { } result)
            {
                results.Add(result);
            }
        }

        if (results.Count > 0)
        {
            var page = MarkdownReport.Write(group, await Machine.DescribeAsync(workplace), results);
            await File.WriteAllTextAsync(Path.Combine(settings.Out, group.Name + ".md"), page);
            await File.WriteAllTextAsync(Path.Combine(settings.Out, group.Name + ".svg"), SvgPlot.Draw(results));
        }
    }

    return tournament.Failures;
}
