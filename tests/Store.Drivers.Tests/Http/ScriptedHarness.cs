using System.Collections.Concurrent;
using System.Globalization;
using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Http.Tests;

/// <summary>Images of a scripted server, which needs nothing but the test itself.</summary>
public sealed class ScriptedHarness : DriverHarness
{
    private readonly ConcurrentDictionary<string, (byte[] Bytes, int Version)> _images = new();
    private readonly ScriptedServer _server;
    private int _versions;

    public ScriptedHarness() => _server = new ScriptedServer(request => _images.TryGetValue(request.Target[1..], out var image)
        ? Reply.Good(request, image.Bytes, string.Create(CultureInfo.InvariantCulture, $"\"{image.Version}\""))
        : Reply.Status(404));

    public override string Name => "scripted";

    public override IReadOnlyList<string> ForeignLocations => ["http://elsewhere.example/x", "https://169.254.169.254/latest/meta-data/"];

    public override IReadOnlyList<string> MalformedLocations => ["http://", "http:///x", "https://u@127.0.0.1/x"];

    public override Uri HttpEndpoint => new(_server.Url);

    public override ValueTask<StoreDriver> CreateDriverAsync() => CreateDriverAsync(HttpEndpoint);

    public override ValueTask<StoreDriver> CreateDriverAsync(Uri httpEndpoint) =>
        new(new HttpDriver(Drivers.Loopback with { BaseUrl = httpEndpoint.ToString(), AllowedHosts = ["127.0.0.1"] }));

    public override ValueTask<IReadOnlyCollection<string>> ListEverythingAsync() => new([.. _images.Keys]);

    public override ValueTask SeedAsync(ImageStore store, ImageId id, ReadOnlyMemory<byte> bytes)
    {
        _images[id.Value] = (bytes.ToArray(), Interlocked.Increment(ref _versions));
        return ValueTask.CompletedTask;
    }

    public override ValueTask<bool> CorruptAsync(ImageLocation location, long offset)
    {
        _images[NameOf(location)].Bytes[offset] ^= 1;
        return new(true);
    }

    public override ValueTask<bool> TruncateAsync(ImageLocation location, long size)
    {
        var (bytes, version) = _images[NameOf(location)];
        _images[NameOf(location)] = (bytes[..(int)size], version);
        return new(true);
    }

    public override string? LocationWithSecret(ImageId id) => $"http://user:{CanarySecret}@127.0.0.1:{_server.Port}/{id}";

    public override async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await base.DisposeAsync();
    }

    private static string NameOf(ImageLocation location) => location.Uri.Split('/')[^1];
}
