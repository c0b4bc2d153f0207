using System.Net.Sockets;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>The Azure store beside the SDK's own transfers and rclone, all against the Azurite that <c>tests/servers/azurite/server start</c> has started.</summary>
internal static class AzureScenarios
{
    private const string Config = "--config azure.json";
    private const string Ours = "glance-store";
    private const string Piped = "glance-store, from a pipe of unknown length";
    private const string Verified = "glance-store, receipt: every chunk verified";
    private const string Unverified = "glance-store, bare location: unverified";
    private const string SdkPut = "Azure SDK UploadAsync, which records no digest";
    private const string SdkGet = "Azure SDK DownloadToAsync";
    private const string RcloneCopy = "rclone copyto, which records no SHA-512";
    private const string RcloneCat = "rclone cat";

    // Where tests/servers/azurite/server puts it.
    private static readonly string Endpoint = Contestants.AzureSdk.Endpoint.AbsoluteUri;
    private static readonly string Place = $"azure+{Endpoint}/glancestore-benchmark";

    // Four transfers at once, as the others.
    private const string Rclone = "rclone --azureblob-upload-concurrency 4 --azureblob-chunk-size 6M --azureblob-sas-url \"$AZURITE_SAS\" --retries 1";

    private static readonly string Setup = $$"""
        cat > azure.json <<'END'
        { "Stores": { "azure": { "Type": "azure", "Endpoint": "{{Endpoint}}", "Container": "glancestore-benchmark",
          "AccountKey": "{{Contestants.AzureSdk.Key}}", "CreateContainer": "true" } } }
        END
        glance-store put image.raw --id read --replace --receipt azure-receipt.json --config azure.json > /dev/null
        """;

    public static IEnumerable<Scenario> All(Settings settings)
    {
        if (!Answers())
        {
            Console.WriteLine("Azure is left out: start its server with tests/servers/azurite/server start");
            return [];
        }

        Environment.SetEnvironmentVariable("AZURITE_SAS", Contestants.AzureSdk.SignedAddress().AbsoluteUri);
        return [Put(settings.ImageBytes), Get(settings.ImageBytes)];
    }

    private static Scenario Put(long bytes) => new($"Azure put of {Size.Of(bytes)}, MD5 and SHA-512",
    [
        new(Ours, $"glance-store put image.raw --id ours --replace {Config} > /dev/null"),
        new(Piped, $"cat image.raw | glance-store put - --id ours --replace {Config} > /dev/null"),
        new(SdkPut, "glance-store-bench azure-sdk put image.raw"),
        new(RcloneCopy, $"{Rclone} copyto image.raw :azureblob:glancestore-benchmark/rclone --ignore-times"),
    ])
    {
        ImageBytes = bytes,
        Setup = Setup,
        IsPlotted = true,
        Targets =
        [
            Target.Rate(Ours, SdkPut, 1), Target.Rate(Ours, RcloneCopy, 1), Target.Peak(Ours, 128), Target.Peak(Piped, 128),
        ],
        Note = "Azurite is one Node.js process on the same two cores, and far slower than the service. Half of what a put costs it is a CRC-64 in "
            + "JavaScript, which it computes whether or not one was sent. The digests are what the others do not compute.",
    };

    private static Scenario Get(long bytes) => new($"Azure get of {Size.Of(bytes)}, thrown away",
    [
        new(Verified, $"glance-store get azure-receipt.json -o - {Config} > /dev/null"),
        new(Unverified, $"glance-store get {Place}/read -o - {Config} > /dev/null"),
        new(SdkGet, "glance-store-bench azure-sdk get read"),
        new(RcloneCat, $"{Rclone} cat :azureblob:glancestore-benchmark/read > /dev/null"),
    ])
    {
        ImageBytes = bytes,
        Setup = Setup,
        IsPlotted = true,
        Targets =
        [
            Target.Rate(Verified, SdkGet, 1), Target.Rate(Verified, RcloneCat, 1), Target.Peak(Verified, 128),
        ],
    };

    private static bool Answers()
    {
        try
        {
            using var socket = new TcpClient(Contestants.AzureSdk.Endpoint.Host, Contestants.AzureSdk.Endpoint.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
