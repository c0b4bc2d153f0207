using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GlanceStore.ImageService.Tests.Tempest;

/// <summary>What became of one of tempest's tests.</summary>
/// <param name="Test">Its name, or that of its class where all of it was skipped.</param>
/// <param name="Outcome"><c>ok</c>, <c>FAILED</c> or <c>SKIPPED</c>.</param>
/// <param name="Text">Why, with what was asked and answered.</param>
internal sealed record TempestOutcome(string Test, string Outcome, string Text);

/// <summary>A region of Keystone's catalog in which the image service is the one that is tested, and tempest set up for it.</summary>
internal sealed partial class TempestRun : IAsyncDisposable
{
    /// <summary>Debian's program.</summary>
    public const string Program = "/usr/bin/tempest";

    private readonly string _folder;
    private readonly string _admin;
    private readonly string _region = $"tempest-{Guid.NewGuid():N}";
    private readonly List<string> _endpoints = [];

    private TempestRun(string folder, string admin) => (_folder, _admin) = (folder, admin);

    /// <summary>Writes the services into the catalog and everything into a configuration.</summary>
    /// <param name="folder">Where tempest may write.</param>
    /// <param name="service">The service.</param>
    /// <param name="other">Another process of it, which tempest sends to what it has begun with the first one.</param>
    /// <param name="file">The address of a file that the service may fetch.</param>
    public static async Task<TempestRun> BeginAsync(string folder, Uri service, Uri other, string file)
    {
        var run = new TempestRun(Directory.CreateDirectory(folder).FullName, await RealKeystone.TokenAsync("admin", "admin", "admin"));
        await RealKeystone.CallAsync(HttpMethod.Post, "regions", run._admin, Body("region", ("id", run._region)));
        await run.AddEndpointAsync("image", service);
        await run.AddEndpointAsync("image-other", other);
        await File.WriteAllTextAsync(Path.Combine(folder, "tempest.conf"), run.Configuration(file));
        return run;
    }

    /// <summary>Runs the tests whose names match one expression and not the other.</summary>
    public async Task<IReadOnlyList<TempestOutcome>> RunAsync(string included, string excluded)
    {
        var (_, output, errors) = await DebianProgram.TryAsync(
            Program, ["run", "--config-file", "tempest.conf", "--concurrency", "2", "--regex", included, "--exclude-regex", excluded], _folder);
        var outcomes = Read(output);
        return outcomes.Count > 0 ? outcomes : throw new InvalidOperationException($"tempest ran nothing: {output}{errors}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var endpoint in _endpoints)
        {
            await RealKeystone.CallAsync(HttpMethod.Delete, $"endpoints/{endpoint}", _admin);
        }

        await RealKeystone.CallAsync(HttpMethod.Delete, $"regions/{_region}", _admin);
    }

    // Tempest looks for the region among the endpoints of the first service of a type, so there may be only one.
    private async Task AddEndpointAsync(string type, Uri address)
    {
        var known = (await RealKeystone.CallAsync(HttpMethod.Get, $"services?type={type}", _admin))!["services"]!.AsArray();
        var service = known.Count > 0 ? known[0] : (await RealKeystone.CallAsync(HttpMethod.Post, "services", _admin, Body("service", ("type", type), ("name", type))))!["service"];
        var endpoint = await RealKeystone.CallAsync(HttpMethod.Post, "endpoints", _admin, Body(
            "endpoint", ("service_id", (string)service!["id"]!), ("interface", "public"), ("region_id", _region), ("url", address.AbsoluteUri.TrimEnd('/'))));
        _endpoints.Add((string)endpoint!["endpoint"]!["id"]!);
    }

    private static JsonObject Body(string kind, params (string Name, string Value)[] members) =>
        new() { [kind] = new JsonObject(members.Select(member => KeyValuePair.Create(member.Name, (JsonNode?)member.Value))) };

    // The formats are those whose images may be random bytes, which tempest uploads: the service refuses what is not of its format.
    private string Configuration(string file) => string.Create(CultureInfo.InvariantCulture, $"""
        [DEFAULT]
        log_dir = {_folder}
        log_file = tempest.log
        [oslo_concurrency]
        lock_path = {_folder}
        [auth]
        admin_username = admin
        admin_password = admin
        admin_project_name = admin
        admin_domain_name = Default
        create_isolated_networks = false
        [identity]
        auth_version = v3
        uri_v3 = {RealKeystone.Url}/v3
        region = RegionOne
        [image]
        region = {_region}
        alternate_image_endpoint = image-other
        build_timeout = 60
        http_image = {file}
        container_formats = bare,ami,ari,aki,ovf,ova
        disk_formats = raw,ami,ari,aki
        [image-feature-enabled]
        import_image = true
        os_glance_reserved = true
        manage_locations = true
        [service_available]
        glance = true
        cinder = false
        neutron = false
        nova = false
        swift = false
        """);

    // One line for each test, and behind it what it had to say; of a class that is skipped whole, one line of its set-up.
    private static List<TempestOutcome> Read(string output)
    {
        var lines = Line().Matches(output);
        return [.. lines.Select((line, i) => new TempestOutcome(
            line.Groups["class"].Success ? line.Groups["class"].Value : line.Groups["test"].Value,
            line.Groups["outcome"].Value,
            output[line.Index..(i + 1 < lines.Count ? lines[i + 1].Index : output.Length)].Trim()))];
    }

    [GeneratedRegex(@"^\{\d+\} (?:setUpClass \((?<class>\S+)\)|(?<test>\S+))(?: \[\S*\])? \.\.\. (?<outcome>ok|FAILED|SKIPPED)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}
