namespace GlanceStore.Cli.Tests;

/// <summary>
/// A store <c>place</c> of a real backend (<c>file</c>, <c>s3</c>: Ceph, <c>http</c>: nginx), beside a file store <c>local</c>, as the tool is
/// configured for them. What is read of the remote ones is counted.
/// </summary>
internal sealed class ImagePlace : IAsyncDisposable
{
    private readonly Tool _tool;
    private readonly string _kind;
    private readonly string _bucket;
    private readonly string? _root;
    private readonly List<(string Id, string Location)> _images = [];

    private ImagePlace(Tool tool, string kind, string bucket, CountingForwarder? server, string? root) =>
        (_tool, _kind, _bucket, Server, _root) = (tool, kind, bucket, server, root);

    /// <summary>What counts; null for files.</summary>
    public CountingForwarder? Server { get; }

    public string[] Config => ["--config", _tool.At("place.json")];

    /// <param name="tool">The tool.</param>
    /// <param name="kind">The kind of store.</param>
    /// <param name="bucket">Another bucket for a test that minds what other tests leave unfinished.</param>
    public static async Task<ImagePlace> OpenAsync(Tool tool, string kind, string bucket = "glancestore-cli-formats")
    {
        var place = await BeginAsync(tool, kind, bucket);
        await File.WriteAllTextAsync(tool.At("place.json"), $$"""
            { "GlanceStore": { "DefaultStore": "local", "Stores": { "local": { "Type": "file", "Directory": "{{tool.StoreDirectory}}" }, "place": {{place.Settings()}} } } }
            """);
        return place;
    }

    /// <summary>Has an image at the place, and a receipt beside the file as <c>NAME.json</c>.</summary>
    /// <returns>Its location.</returns>
    public async Task<string> PublishAsync(string name)
    {
        var id = $"{Guid.NewGuid():N}-{name}";
        var store = _root is null ? "place" : "local";
        var location = (await _tool.RunAsync(["put", _tool.At(name), "--store", store, "--id", id, "--receipt", _tool.At($"{name}.json"), .. Config])).Succeeded().Text;
        if (_root is not null)
        {
            location = await ServeAsync(name, id, location);
        }

        _images.Add((id, location));
        return location;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (id, location) in _images)
        {
            if (_root is null)
            {
                await _tool.RunAsync(["delete", location, .. Config]);
            }
            else
            {
                File.Delete(Path.Combine(_root, id));
            }
        }

        Server?.Dispose();
    }

    private static async Task<ImagePlace> BeginAsync(Tool tool, string kind, string bucket)
    {
        switch (kind)
        {
            case "s3":
                await RealServers.RequireAsync("ceph", RealServers.Ceph);
                return new ImagePlace(tool, kind, bucket, new CountingForwarder(RealServers.Ceph), null);
            case "http":
                var nginx = await RealServers.NginxAsync();
                return new ImagePlace(tool, kind, bucket, new CountingForwarder(new Uri(nginx["URL"])), nginx["ROOT"]);
            default:
                return new ImagePlace(tool, kind, bucket, null, null);
        }
    }

    // The image as nginx has it, with the receipt that names it there.
    private async Task<string> ServeAsync(string name, string id, string local)
    {
        File.Copy(_tool.At(name), Path.Combine(_root!, id));
        (await _tool.RunAsync(["delete", local, .. Config])).Succeeded();
        var location = $"{Server!.Url}/images/{id}";
        var receipt = await File.ReadAllTextAsync(_tool.At($"{name}.json"));
        await File.WriteAllTextAsync(_tool.At($"{name}.json"), receipt.Replace(local, location, StringComparison.Ordinal).Replace("\"local\"", "\"place\"", StringComparison.Ordinal));
        return location;
    }

    private string Settings() => _kind switch
    {
        "s3" => $$"""
            {
              "Type": "s3", "Endpoint": "{{Server!.Url}}", "Bucket": "{{_bucket}}", "Preset": "ceph", "CreateBucket": true,
              "AccessKey": "testaccess", "SecretKey": "testsecret"
            }
            """,
        "http" => """{ "Type": "http", "AllowedNetworks": "loopback" }""",
        _ => $$"""{ "Type": "file", "Directory": "{{_tool.At("place")}}" }""",
    };
}
