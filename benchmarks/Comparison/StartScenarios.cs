namespace GlanceStore.Benchmarks.Comparison;

/// <summary>What a command costs before it does anything: many of them in turn, as a script runs them.</summary>
internal static class StartScenarios
{
    private const int Count = 20;
    private const double OverBefore = 2.5;
    private const string Version = "glance-store --version";
    private const string FileStat = "glance-store stat of an image in a file store";
    private const string S3Stat = "glance-store stat of an image in S3";
    private const string Rclone = "rclone version";
    private const string RcloneStat = "rclone lsf of an image in S3";

    public static IEnumerable<Scenario> All(Settings settings)
    {
        yield return Of("Start of a process", [new(Version, Times("glance-store --version")), new(Rclone, Times("rclone version"))]);
        yield return Of("stat of an image in a file store", [new(FileStat, Times("glance-store stat receipt.json"))]) with
        {
            Setup = "rm -rf glance-store; glance-store put image.raw --id image --receipt receipt.json > /dev/null",
        };
        if (S3Scenarios.Answers())
        {
            yield return Of("stat of an image in S3",
            [
                new(S3Stat, Times("glance-store stat s3-receipt.json --config s3.json")),
                new(RcloneStat, Times($"{S3Scenarios.Rclone} lsf c:glancestore-benchmark/small")),
            ]) with
            {
                Setup = S3Scenarios.StoreFile + "\nglance-store put image.raw --id small --replace --receipt s3-receipt.json --config s3.json > /dev/null",
            };
        }
    }

    // One of them takes as long as the clock of a shell is wrong by.
    private static string Times(string command) => $"for n in $(seq {Count}); do {command} > /dev/null; done";

    private static Scenario Of(string title, IReadOnlyList<Contestant> contestants) => new($"{title}, {Count} times in turn", contestants)
    {
        ImageBytes = 4096,
        Images = Count,
        RateOverBefore = contestants.ToDictionary(one => one.Name, _ => OverBefore),
    };
}
