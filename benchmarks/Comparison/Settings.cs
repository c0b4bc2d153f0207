using System.Globalization;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>How large a comparison to run, and where.</summary>
internal sealed record Settings
{
    public const string Usage = """
        glance-store-bench [--quick | --large] [--rounds N] [--only WORD] [--tools FOLDER] [--before FOLDER] [--work FOLDER] [--out FOLDER] [GROUP...]
          GROUP      start, file, lanes, stores, http, s3, swift, azure, sftp, rbd, service, agent, formats: which; all of them otherwise
          --quick    small images and few rounds: does it run, not how fast
          --large    also 8 GiB; needs 24 GiB of disk, and S3's server 20 GiB of room
          --rounds   how often each contestant runs; 7, or 3 with --quick
          --only     scenarios whose title has the word
          --tools    where glance-store is; looked for in PATH otherwise
          --before   a folder with a glance-store built before: it and the one of now are compared with each other and with nobody else
          --work     a folder to make and remove, on the file system to measure
          --out      where each group's page and plot go; docs/benchmarks otherwise
        """;

    /// <summary>The length of a large image in bytes.</summary>
    public const long LargeBytes = 8L << 30;

    public long ImageBytes { get; init; } = 1L << 30;

    public IReadOnlyList<long> MemoryBytes { get; init; } = [64L << 20];

    /// <summary>Whether the scenarios of 8 GiB run too.</summary>
    public bool IsLarge { get; init; }

    public long AtOnceBytes { get; init; } = 256L << 20;

    public int SmallImages { get; init; } = 10_000;

    /// <summary>How many images there are in a database whose lists are timed.</summary>
    public int ListedImages { get; init; } = 100_000;

    public int Rounds { get; init; } = 7;

    public string Only { get; init; } = "";

    public string Tools { get; init; } = ".";

    public string? Before { get; init; }

    public string Work { get; init; } = "artifacts/bench/work";

    public string Out { get; init; } = "docs/benchmarks";

    public IReadOnlyList<string> Groups { get; init; } = [];

    private Settings Quick => this with
    {
        ImageBytes = 64L << 20, MemoryBytes = [16L << 20], AtOnceBytes = 8L << 20, SmallImages = 200, ListedImages = 2000, Rounds = 3,
    };

    public static Settings Parse(IReadOnlyList<string> arguments)
    {
        var settings = new Settings();
        for (var i = 0; i < arguments.Count; i++)
        {
            settings = arguments[i] switch
            {
                "--quick" => settings.Quick,
                "--large" => settings with { IsLarge = true, MemoryBytes = [.. settings.MemoryBytes, LargeBytes] },
                "--rounds" => settings with { Rounds = RoundsOf(ValueAt(arguments, ++i)) },
                "--only" => settings with { Only = ValueAt(arguments, ++i) },
                "--tools" => settings with { Tools = ValueAt(arguments, ++i) },
                "--before" => settings with { Before = Path.GetFullPath(ValueAt(arguments, ++i)), Out = Path.Combine("artifacts", "bench", "before") },
                "--work" => settings with { Work = ValueAt(arguments, ++i) },
                "--out" => settings with { Out = ValueAt(arguments, ++i) },
                ['-', ..] other => throw new ArgumentException($"{other}: no such option.\n{Usage}"),
                var group => settings with { Groups = [.. settings.Groups, group] },
            };
        }

        return settings;
    }

    private static string ValueAt(IReadOnlyList<string> arguments, int index) =>
        index < arguments.Count ? arguments[index] : throw new ArgumentException($"{arguments[^1]} wants a value.\n{Usage}");

    private static int RoundsOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && rounds > 0
        ? rounds
        : throw new ArgumentException($"--rounds: '{text}' is no number of rounds.\n{Usage}");
}
