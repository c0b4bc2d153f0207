using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using GlanceStore.Drivers;
using GlanceStore.Drivers.Testing;

namespace GlanceStore.Conformance;

/// <summary>Images of a server that tells the truth, read by a driver that believes whatever it is told.</summary>
public sealed class TrustingHarness : DriverHarness
{
    private readonly ConcurrentDictionary<string, byte[]> _images = new();
    private readonly LoopbackHttp _server;

    public TrustingHarness() => _server = new LoopbackHttp(async context =>
    {
        var (request, answer) = (context.Request, context.Response);
        if (!_images.TryGetValue(request.Url!.AbsolutePath[1..], out var image))
        {
            answer.StatusCode = 404;
            answer.Close();
            return;
        }

        var (first, length) = (0, image.Length);
        if (RangeHeaderValue.TryParse(request.Headers["Range"], out var asked) && asked.Ranges.First() is { From: { } from })
        {
            first = (int)from;
            length = (int)Math.Min((asked.Ranges.First().To ?? long.MaxValue - 1) + 1, image.Length) - first;
            answer.StatusCode = 206;
            answer.Headers["Content-Range"] = string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{first + length - 1}/{image.Length}");
        }

        answer.ContentLength64 = length;
        if (request.HttpMethod != "HEAD")
        {
            await answer.OutputStream.WriteAsync(image.AsMemory(first, length));
        }

        answer.Close();
    });

    public override string Name => "trusting";

    public override IReadOnlyList<string> ForeignLocations => [];

    public override Uri HttpEndpoint => new(_server.Url);

    public override ValueTask<StoreDriver> CreateDriverAsync() => CreateDriverAsync(HttpEndpoint);

    public override ValueTask<StoreDriver> CreateDriverAsync(Uri httpEndpoint) => new(new TrustingDriver(httpEndpoint));

    public override ValueTask<IReadOnlyCollection<string>> ListEverythingAsync() => new([.. _images.Keys]);

    public override ValueTask SeedAsync(ImageStore store, ImageId id, ReadOnlyMemory<byte> bytes)
    {
        _images[id.Value] = bytes.ToArray();
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        _server.Dispose();
        return base.DisposeAsync();
    }
}
