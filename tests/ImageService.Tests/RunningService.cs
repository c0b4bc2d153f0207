using System.Net.Http.Headers;
using GlanceStore.ImageService.Database;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.ImageService.Tests;

/// <summary>The service on a port of its own, with two file stores, a third that is reserved, and a database of its own.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo _root;

    private readonly bool _ownsRoot;

    private RunningService(WebApplication app, DirectoryInfo root, string[] arguments, bool ownsRoot)
    {
        _ownsRoot = ownsRoot;
        Arguments = arguments;
        _app = app;
        _root = root;
        Address = new Uri(app.Urls.First());
        Client = ClientOf(null);
    }

    /// <summary>What it was started with.</summary>
    public string[] Arguments { get; }

    public Uri Address { get; }

    /// <summary>A client that sends no token.</summary>
    public ApiClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public ServiceDatabase Database => Services.GetRequiredService<ServiceDatabase>();

    public ImageStores Stores => Services.GetRequiredService<ImageStores>();

    public string At(string name) => Path.Combine(_root.FullName, name);

    /// <summary>The names of all that is in a store.</summary>
    public string[] StoredIn(string store) => Directory.Exists(At(store))
        ? [.. Directory.EnumerateFileSystemEntries(At(store)).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)]
        : [];

    public ApiClient ClientOf(string? token)
    {
        var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(2) };
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (token is not null)
        {
            http.DefaultRequestHeaders.Add("X-Auth-Token", token);
        }

        return new ApiClient(http);
    }

    /// <summary>Starts it; settings are of the form <c>Name:Of:Setting=value</c>.</summary>
    public static Task<RunningService> StartAsync(params string[] settings)
    {
        var root = Directory.CreateTempSubdirectory("image-service-");
        return StartInAsync(root, [.. StoresIn(root), .. settings]);
    }

    /// <summary>Starts it in a folder that is its own from now on, with no stores but those of the settings.</summary>
    public static Task<RunningService> StartInAsync(DirectoryInfo root, params string[] settings)
    {
        string[] standard = ["urls=http://127.0.0.1:0", "Logging:LogLevel:Default=None", $"ImageService:Database=sqlite:{Path.Combine(root.FullName, "images.db")}"];
        return StartAsync(root, [.. standard.Concat(settings).Select(setting => $"--{setting}")], ownsRoot: true);
    }

    /// <summary>Starts one more process, as it were, on what this one has, with further settings.</summary>
    public Task<RunningService> StartAnotherAsync(params string[] settings) => StartAsync(_root, [.. Arguments, .. settings.Select(setting => $"--{setting}")], ownsRoot: false);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_ownsRoot)
        {
            _root.Delete(recursive: true);
        }
    }

    private static string[] StoresIn(DirectoryInfo root)
    {
        foreach (var store in new[] { "fast", "cold", "hidden" })
        {
            root.CreateSubdirectory(store);
        }

        return
        [
            "GlanceStore:DefaultStore=fast",
            "GlanceStore:Stores:fast:Type=file",
            $"GlanceStore:Stores:fast:Directory={Path.Combine(root.FullName, "fast")}",
            "GlanceStore:Stores:fast:Weight=10",
            "GlanceStore:Stores:fast:ChunkBytes=65536",
            "GlanceStore:Stores:fast:Description=quick disks",
            "GlanceStore:Stores:cold:Type=file",
            $"GlanceStore:Stores:cold:Directory={Path.Combine(root.FullName, "cold")}",
            "GlanceStore:Stores:cold:ChunkBytes=65536",
            "GlanceStore:Stores:hidden:Type=file",
            $"GlanceStore:Stores:hidden:Directory={Path.Combine(root.FullName, "hidden")}",
            "GlanceStore:Stores:hidden:Reserved=true",
        ];
    }

    private static async Task<RunningService> StartAsync(DirectoryInfo root, string[] arguments, bool ownsRoot)
    {
        var app = ServiceHost.Build(arguments);
        await app.StartAsync();
        return new RunningService(app, root, arguments, ownsRoot);
    }
}
