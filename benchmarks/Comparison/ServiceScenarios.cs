using System.Globalization;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>The image service beside OpenStack's own: transfers by curl, lists of a large database, small requests, memory.</summary>
internal static class ServiceScenarios
{
    private const string Ours = "image service";
    private const string Glance = "glance-api";
    private const int AtOnce = 8;
    private const int Transfers = 64;
    private const int ListRequests = 100;
    private const int Connections = 16;
    private const double MemoryMiB = 256;

    private const string Measured = "The time is that of the clients; processor time and memory are those of the service alone, of all its processes together. Each has a database of its own in the same "
        + "PostgreSQL, whose time is not counted, and images as files in a folder of the same file system.";

    public static IEnumerable<Scenario> All(Settings settings) =>
    [
        Upload(settings), Download(settings), UploadsAtOnce(settings), CreateAndShow(settings), Memory(settings),
        List(settings, "name"), List(settings, "tag"), List(settings, "marker"),
    ];

    private static Scenario Upload(Settings settings) => new($"Upload of {Size.Of(settings.ImageBytes)}", Both("upload image.raw 1"))
    {
        ImageBytes = settings.ImageBytes,
        IsPlotted = true,
        Targets = [Target.Rate(Ours, Glance, 2), Target.Cpu(Ours, Glance, 0.6)],
        Note = Measured,
    };

    private static Scenario Download(Settings settings) => new($"Download of {Size.Of(settings.ImageBytes)}", Both("download 1"))
    {
        ImageBytes = settings.ImageBytes,
        Setup = Keep,
        IsPlotted = true,
        Targets = [Target.Rate(Ours, Glance, 1.5)],
        Note = $"Ours verifies every chunk before it leaves; Glance verifies nothing. {Measured}",
    };

    private static Scenario UploadsAtOnce(Settings settings) => new($"{AtOnce} uploads at once of {Size.Of(settings.AtOnceBytes)}", Both($"upload image.raw {AtOnce}"))
    {
        ImageBytes = settings.AtOnceBytes,
        Repeats = AtOnce,
        IsPlotted = true,
        Targets = [Target.Rate(Ours, Glance, 2.5)],
        Note = Measured,
    };

    private static Scenario CreateAndShow(Settings settings)
    {
        var count = settings.SmallImages / 20;
        return new($"{count} images created and shown, {Connections} connections", Both($"create-and-show {count} {Connections}"))
        {
            ImageBytes = 4096,
            Images = count,
            Targets = [Target.Rate(Ours, Glance, 5)],
            Note = $"Two requests an image. {Measured}",
        };
    }

    private static Scenario Memory(Settings settings) => new($"{Transfers} transfers at once of {Size.Of(settings.AtOnceBytes / 4)}", Both($"both image.raw {Transfers}"))
    {
        ImageBytes = settings.AtOnceBytes / 4,
        Repeats = Transfers,
        Setup = Keep,
        Rounds = Math.Min(3, settings.Rounds),
        Targets = [Target.Peak(Ours, MemoryMiB)],
        Note = $"Half of them up, half of them down. {Measured}",
    };

    private static Scenario List(Settings settings, string by) => new(
        $"List of 25 of {settings.ListedImages} images by {by}", Both(string.Create(CultureInfo.InvariantCulture, $"list {by} {ListRequests} {settings.ListedImages}")))
    {
        ImageBytes = 4096,
        Images = ListRequests,
        Each = "a request",
        Counted = "99th percentile, ms",
        Setup = string.Create(CultureInfo.InvariantCulture, $"""
            /usr/bin/python3 $BENCH/fill_images.py ours "$IMAGE_DATABASES dbname=image_service" {settings.ListedImages}
            [ ! -e $IMAGE_SERVICES/glance/data/ready ] || /usr/bin/python3 $BENCH/fill_images.py glance "$IMAGE_DATABASES dbname=glance" {settings.ListedImages}
            """),
        Targets = [Target.CountOver(Ours, Glance, "99th percentile", 0.25)],
        Note = $"{ListRequests} requests one after the other, each for another name, tag or place. {Measured}",
    };

    private static string Keep => """
        glance-store-bench image-service ours keep image.raw
        [ ! -e $IMAGE_SERVICES/glance/data/ready ] || glance-store-bench image-service glance keep image.raw
        """;

    private static Contestant[] Both(string job) =>
        [new(Ours, $"glance-store-bench image-service ours {job}"), new(Glance, $"glance-store-bench image-service glance {job}")];
}
