namespace GlanceStore.Benchmarks.Comparison;

/// <summary>The scenarios of one store, which share a page and a plot.</summary>
/// <param name="Name">What the command line and the page's file call it.</param>
/// <param name="Title">What the page calls it.</param>
/// <param name="Scenarios">Empty where the server they need does not run.</param>
internal sealed record Group(string Name, string Title, Func<Settings, IEnumerable<Scenario>> Scenarios)
{
    private static readonly Group[] All =
    [
        new("start", "the start of a command", StartScenarios.All),
        new("file", "the file store", FileScenarios.All),
        new("lanes", "many transfers at once", LanesScenarios.All),
        new("stores", "many stores at once", StoresScenarios.All),
        new("http", "the HTTP store", HttpScenarios.All),
        new("s3", "the S3 store", S3Scenarios.All),
        new("swift", "the Swift store", SwiftScenarios.All),
        new("azure", "the Azure store", AzureScenarios.All),
        new("sftp", "the SFTP store", SftpScenarios.All),
        new("rbd", "the RBD store", RbdScenarios.All),
        new("service", "the image service", ServiceScenarios.All),
        new("agent", "the compute agent", AgentScenarios.All),
        new("formats", "formats: inspection, disks and conversion", FormatsScenarios.All),
    ];

    /// <summary>The groups of these names; all where none is named.</summary>
    public static IEnumerable<Group> Chosen(IReadOnlyList<string> names) => names.Count == 0
        ? All
        : names.Select(name => All.FirstOrDefault(group => group.Name == name) ?? throw new ArgumentException(
            $"{name}: no such group; there are {string.Join(", ", All.Select(group => group.Name))}"));
}
