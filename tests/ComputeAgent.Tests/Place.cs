using GlanceStore.Drivers.File;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>A folder of a test, with two stores of files and receipts, and what an agent is told of them.</summary>
internal sealed class Place : IDisposable
{
    public const int ChunkBytes = 65536;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("agent-");

    public Place()
    {
        foreach (var name in new[] { "fast", "cold", "receipts", "disks" })
        {
            _root.CreateSubdirectory(name);
        }
    }

    public string Root => _root.FullName;

    public string Socket => At("agent.sock");

    /// <summary>What an agent is started with.</summary>
    public string[] Arguments =>
    [
        "--Logging:LogLevel:Default=Warning",
        $"--ComputeAgent:Directory={At("agent")}",
        $"--ComputeAgent:DisksDirectory={At("disks")}",
        $"--ComputeAgent:Socket={Socket}",
        $"--ComputeAgent:Nbd=unix:{At("nbd.sock")}",
        "--ComputeAgent:Sources:0:Type=Receipts",
        $"--ComputeAgent:Sources:0:Directory={At("receipts")}",
        "--GlanceStore:DefaultStore=fast",
        "--GlanceStore:Stores:fast:Type=file",
        $"--GlanceStore:Stores:fast:Directory={At("fast")}",
        "--GlanceStore:Stores:fast:Weight=10",
        "--GlanceStore:Stores:cold:Type=file",
        $"--GlanceStore:Stores:cold:Directory={At("cold")}",
    ];

    public string At(string name) => Path.Combine(Root, name);

    /// <summary>Stores an image.</summary>
    public async Task<ImageReceipt> StoreAsync(ImageId id, byte[] image, string store = "fast")
    {
        await using var target = new ImageStore(store, new FileDriver(new FileDriverOptions { Directory = At(store) }), new ImageStoreOptions { ChunkBytes = ChunkBytes });
        return await target.PutAsync(id, new MemoryStream(image));
    }

    /// <summary>Stores an image, and leaves its receipt where the agent looks for it.</summary>
    public async Task<ImageId> ImageAsync(byte[] image)
    {
        var id = ImageId.New();
        await TellAsync(id, await StoreAsync(id, image));
        return id;
    }

    public Task TellAsync(ImageId id, ImageReceipt receipt) => File.WriteAllTextAsync(At($"receipts/{id}.json"), receipt.ToJson());

    public async Task<string> FileAsync(string name, byte[] bytes)
    {
        await File.WriteAllBytesAsync(At(name), bytes);
        return At(name);
    }

    public void Dispose() => _root.Delete(recursive: true);
}
