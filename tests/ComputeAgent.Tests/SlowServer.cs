using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>A web server with images, which gives what lies between their first and last bytes once it is let go on.</summary>
internal sealed class SlowServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Dictionary<string, byte[]> _images = [];
    private volatile TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytes;
    private int _refusals;

    private SlowServer(WebApplication app, long free)
    {
        _app = app;
        app.MapGet("/{name}", (HttpContext context, string name) => SendAsync(context, _images[name], free));
        app.MapMethods("/{name}", ["HEAD"], (HttpContext context, string name) =>
        {
            context.Response.ContentLength = _images[name].Length;
            context.Response.Headers.AcceptRanges = "bytes";
            context.Response.Headers.ETag = "\"1\"";
        });
    }

    /// <summary>How many bytes of images it has sent.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The names that were asked for, in order.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>The settings of a store that reads from it.</summary>
    public string[] Settings => ["GlanceStore:Stores:web:Type=http", "GlanceStore:Stores:web:AllowedNetworks=127.0.0.0/8"];

    public string Address => _app.Urls.First();

    public static async Task<SlowServer> StartAsync(long free)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new SlowServer(builder.Build(), free);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Takes an image that is stored elsewhere, and tells its receipt as of here.</summary>
    public ImageReceipt Add(string name, byte[] image, ImageReceipt stored)
    {
        _images[name] = image;
        return new ImageReceipt(new ImageLocation($"{Address}/{name}", "web"), stored.Size, stored.Chunks) { MultiHash = stored.MultiHash, Checksum = stored.Checksum };
    }

    public void GoOn() => _goOn.TrySetResult();

    /// <summary>Waits again, from now on.</summary>
    public void Pause() => _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Refuses so many reads from now on, so that nobody who asks tries again at once.</summary>
    public void Refuse(int reads) => Volatile.Write(ref _refusals, reads);

    /// <summary>Whether it has refused all that it was to.</summary>
    public bool HasRefused => Volatile.Read(ref _refusals) <= 0;

    public async ValueTask DisposeAsync()
    {
        GoOn();
        await _app.DisposeAsync();
    }

    private async Task SendAsync(HttpContext context, byte[] image, long free)
    {
        lock (Asked)
        {
            Asked.Add(context.Request.Path.Value![1..]);
        }

        var (from, to) = (0L, image.Length - 1L);
        if (RangeHeaderValue.TryParse(context.Request.Headers.Range.ToString(), out var range))
        {
            (from, to) = (range.Ranges.First().From!.Value, Math.Min(range.Ranges.First().To ?? to, to));
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{to}/{image.Length}";
        }

        context.Response.Headers.ETag = "\"1\"";
        context.Response.ContentLength = to - from + 1;
        if (to >= free && (free == 0 || from < image.Length - free)) // formats are told at both ends of an image
        {
            await _goOn.Task.WaitAsync(context.RequestAborted);
        }

        if (Interlocked.Decrement(ref _refusals) >= 0)
        {
            context.Response.Clear();
            context.Response.StatusCode = 403;
            return;
        }

        Interlocked.Add(ref _bytes, to - from + 1);
        await context.Response.Body.WriteAsync(image.AsMemory((int)from, (int)(to - from + 1)), context.RequestAborted);
    }
}
