using System.Globalization;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>How large a comparison to run, and where.</summary>
internal sealed record Settings
{
    public const string Usage = """
        glance-store-bench [--quick | --large] [--rounds N] [--only WORD] [--tools FOLDER] [--work FOLDER] [--out FOLDER]
          --quick    small images and few rounds: does it run, not how fast
          --large    also the memory of put and get at 8 GiB; needs 24 GiB of disk
          --rounds   how often each contestant runs; 7, or 3 with --quick
          --only     scenarios whose title has the word
          --tools    where glance-store is; looked for in PATH otherwise
          --work     a folder to make and remove, on the file system to measure
          --out      where benchmarks.md and benchmarks.svg go; docs otherwise
        """;

    public long ImageBytes { get; init; } = 1L << 30;

    public IReadOnlyList<long> MemoryBytes { get; init; } = [64L << 20];

    public long AtOnceBytes { get; init; } = 256L << 20;

    public int SmallImages { get; init; } = 10_000;

    public int Rounds { get; init; } = 7;

    public string Only { get; init; } = "";

    public string Tools { get; init; } = ".";

    public string Work { get; init; } = "artifacts/bench/work";

    public string Out { get; init; } = "docs";

    private Settings Quick => this with
    {
        ImageBytes = 64L << 20, MemoryBytes = [16L << 20], AtOnceBytes = 8L << 20, SmallImages = 200, Rounds = 3,
    };

    public static Settings Parse(IReadOnlyList<string> arguments)
    {
        var settings = new Settings();
        for (var i = 0; i < arguments.Count; i++)
        {
            settings = arguments[i] switch
            {
                "--quick" => settings.Quick,
                "--large" => settings with { MemoryBytes = [.. settings.MemoryBytes, 8L << 30] },
                "--rounds" => settings with { Rounds = int.Parse(arguments[++i], CultureInfo.InvariantCulture) },
                "--only" => settings with { Only = arguments[++i] },
                "--tools" => settings with { Tools = arguments[++i] },
                "--work" => settings with { Work = arguments[++i] },
                "--out" => settings with { Out = arguments[++i] },
                var other => throw new ArgumentException($"{other}: no such option.\n{Usage}"),
            };
        }

        return settings;
    }
}
