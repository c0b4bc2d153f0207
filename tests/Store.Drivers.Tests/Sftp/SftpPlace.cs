using GlanceStore.Conformance;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.Drivers.Sftp;

/// <summary>A directory of its own on the server, for the driver's own tests, and a store on it.</summary>
public sealed class SftpPlace : IAsyncDisposable
{
    private readonly List<ServiceProvider> _services = [];

    private SftpPlace(string folder) => Folder = folder;

    public string Folder { get; }

    public string Images => $"{Folder}/images";

    public static SftpPlace New(string? root = null)
    {
        SftpServer.Require();
        return new SftpPlace($"{root ?? SftpServer.Data}/{Guid.NewGuid():N}");
    }

    public SftpDriverOptions Options(int? port = null) => SftpServer.Options(Images, port);

    public IImageStore Store(SftpDriverOptions options)
    {
        var services = new ServiceCollection()
            .AddGlanceStore(stores => stores.AddSftp("sftp", _ => options))
            .BuildServiceProvider();
        _services.Add(services);
        return services.GetRequiredService<IImageStore>();
    }

    public async Task<ImageReceipt> PutAsync(SftpDriverOptions options, ImageId id, byte[] bytes) =>
        await Store(options).PutAsync(id, new MemoryStream(bytes));

    public string[] Files() => Directory.Exists(Folder)
        ? Directory.GetFiles(Folder, "*", new EnumerationOptions { AttributesToSkip = 0, RecurseSubdirectories = true })
        : [];

    public static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var services in _services)
        {
            await services.DisposeAsync();
        }

        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
