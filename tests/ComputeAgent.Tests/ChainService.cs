using System.Diagnostics;
using System.Text.Json.Nodes;
using GlanceStore.ImageService.Tests;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>Our image service, a process of its own, on the stores of a place.</summary>
internal sealed class ChainService : IAsyncDisposable
{
    private const string Openstack = "/usr/bin/openstack";

    private readonly Place _place;
    private readonly Process _process;

    private ChainService(Place place, Process process) => (_place, _process) = (place, process);

    public string Address { get; private set; } = "";

    /// <summary>What an agent is told of it.</summary>
    public string[] Source => ["ComputeAgent:Sources:0:Type=ImageService", $"ComputeAgent:Sources:0:Url={Address}"];

    /// <summary>Starts it, and waits until it listens; settings are of the form <c>Name:Of:Setting=value</c>.</summary>
    public static async Task<ChainService> StartAsync(Place place, params string[] settings)
    {
        string[] arguments =
        [
            "--urls=http://127.0.0.1:0", $"--ImageService:Database=sqlite:{place.At("images.db")}",
            .. place.Arguments.Where(argument => argument.StartsWith("--GlanceStore", StringComparison.Ordinal)), "--GlanceStore:Stores:fast:ChunkBytes=65536",
            .. settings.Select(setting => $"--{setting}"),
        ];
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "image-service"), arguments) { RedirectStandardOutput = true };
        var service = new ChainService(place, Process.Start(start)!);
        service.Address = await service.ListeningAsync();
        return service;
    }

    /// <summary>What <c>openstack image</c> says; it has to succeed.</summary>
    public Task<string> OpenstackAsync(params string[] arguments)
    {
        DebianProgram.Require("openstack", Openstack);
        return DebianProgram.RunAsync(Openstack, ["--os-auth-type", "none", "--os-endpoint", Address, "image", .. arguments], _place.Root);
    }

    /// <summary>Has <c>openstack image create</c> upload a file.</summary>
    public async Task<ImageId> CreateAsync(string file, string format) =>
        new((await OpenstackAsync("create", "--disk-format", format, "--file", file, "-f", "value", "-c", "id", "chain")).Trim());

    /// <summary>Has the service copy an image into one more store, and waits until it is there.</summary>
    public async Task CopyAsync(ImageId id, string store)
    {
        await CurlAsync("-sf", "-X", "POST", "-H", "Content-Type: application/json", "-d", $$"""{"method": {"name": "copy-image"}, "stores": ["{{store}}"]}""", $"{Address}/v2/images/{id}/import");
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!StoresOf(await CurlAsync("-sf", $"{Address}/v2/images/{id}")).Contains(store))
        {
            await Task.Delay(50, limit.Token);
        }
    }

    public Task<string> CurlAsync(params string[] arguments)
    {
        DebianProgram.Require("curl", "/usr/bin/curl");
        return DebianProgram.RunAsync("/usr/bin/curl", arguments, _place.Root);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static string[] StoresOf(string image) => ((string?)JsonNode.Parse(image)!["stores"] ?? "").Split(',');

    private async Task<string> ListeningAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.IndexOf("http://127.0.0.1:", StringComparison.Ordinal) is >= 0 and var found)
            {
                _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return line[found..].Trim();
            }
        }

        throw new InvalidOperationException("The service ended before it listened.");
    }
}
