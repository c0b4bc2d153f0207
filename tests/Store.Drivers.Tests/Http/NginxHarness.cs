using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Http.Tests;

/// <summary>Images in a folder that nginx serves, placed there behind the driver's back.</summary>
public class NginxHarness : DriverHarness
{
    private readonly string _folder = $"suite-{Guid.NewGuid():N}";
    private int _seeds;

    public override string Name => NginxServer.Name;

    public override string? SkipReason => NginxServer.SkipReason;

    public override IReadOnlyList<string> ForeignLocations => ["http://elsewhere.example/x", "https://169.254.169.254/latest/meta-data/"];

    public override IReadOnlyList<string> MalformedLocations =>
        ["http://", "http:///x", "https://u@127.0.0.1/x", "http://127.0.0.1:x/x", "http://127.0.0.1/x y", "http://a:b:c@127.0.0.1/x"];

    private protected static NginxServer Server => NginxServer.Running!;

    protected virtual string Url => Server.Url;

    private string Place => Path.Combine(Server.Root, _folder);

    public override Uri? HttpEndpoint => Url == Server.Url ? new Uri($"{Url}/images/{_folder}") : null;

    public override ValueTask<StoreDriver> CreateDriverAsync() => CreateDriverAsync(new Uri($"{Url}/images/{_folder}"));

    public override ValueTask<StoreDriver> CreateDriverAsync(Uri httpEndpoint)
    {
        Directory.CreateDirectory(Place);
        return new(new HttpDriver(new HttpDriverOptions
        {
            BaseUrl = httpEndpoint.ToString(),
            CaFile = Server.CaFile,
            AllowedHosts = ["127.0.0.1"],
            AllowedNetworks = ["loopback"],
        }));
    }

    public override ValueTask<IReadOnlyCollection<string>> ListEverythingAsync() =>
        new([.. Directory.EnumerateFiles(Place).Select(file => Path.GetFileName(file))]);

    // Renamed into place, so that an answer under way goes on with the old image. nginx makes its tag of the size and the second of the change.
    public override async ValueTask SeedAsync(ImageStore store, ImageId id, ReadOnlyMemory<byte> bytes)
    {
        var file = Path.Combine(Place, $".{Guid.NewGuid():N}");
        await File.WriteAllBytesAsync(file, bytes);
        File.SetLastWriteTimeUtc(file, TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(Interlocked.Increment(ref _seeds) - 300));
        File.Move(file, Path.Combine(Place, id.Value), overwrite: true);
    }

    public override async ValueTask<bool> CorruptAsync(ImageLocation location, long offset)
    {
        await ChangeAsync(location, async file =>
        {
            var one = new byte[1];
            file.Position = offset;
            await file.ReadExactlyAsync(one);
            one[0] ^= 1;
            file.Position = offset;
            await file.WriteAsync(one);
        });
        return true;
    }

    public override async ValueTask<bool> TruncateAsync(ImageLocation location, long size)
    {
        await ChangeAsync(location, file =>
        {
            file.SetLength(size);
            return Task.CompletedTask;
        });
        return true;
    }

    public override IReadOnlyList<string> EquivalentLocations(ImageLocation location) =>
    [
        location.Uri.Replace("/images/", "/moved/", StringComparison.Ordinal),
        $"{location.Uri}?x=1#y",
        location.Uri.Replace("://", "://user:secret@", StringComparison.Ordinal).Replace("/images/", "/auth/", StringComparison.Ordinal),
    ];

    public override string? LocationWithSecret(ImageId id) => $"http://user:{CanarySecret}@127.0.0.1:{new Uri(Server.Url).Port}/auth/{_folder}/{id}";

    public override ValueTask DisposeAsync()
    {
        if (SkipReason is null && Directory.Exists(Place))
        {
            Directory.Delete(Place, recursive: true);
        }

        return base.DisposeAsync();
    }

    private async Task ChangeAsync(ImageLocation location, Func<FileStream, Task> change)
    {
        var path = Path.Combine(Place, location.Uri.Split('/')[^1]);
        var time = File.GetLastWriteTimeUtc(path);
        await using (var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite))
        {
            await change(file);
        }

        File.SetLastWriteTimeUtc(path, time);
    }
}

/// <summary>The same over TLS and HTTP/2.</summary>
public sealed class NginxTlsHarness : NginxHarness
{
    protected override string Url => Server.TlsUrl;
}
