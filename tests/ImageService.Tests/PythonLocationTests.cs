using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GlanceStore.Drivers;
using GlanceStore.Interoperation;

namespace GlanceStore.ImageService.Tests;

/// <summary>Python's <c>glance_store</c> and the service, set up by one <c>glance-api.conf</c>, read each other's images by their locations.</summary>
public abstract class PythonLocationTests
{
    private const int Size = 3_000_000;

    private DirectoryInfo _root = null!;
    private RunningService _service = null!;
    private PythonLibrary _python = null!;

    /// <summary>The id of the store in the configuration.</summary>
    private protected abstract string Store { get; }

    private protected string Root => _root.FullName;

    /// <summary>The configuration of the stores.</summary>
    private protected abstract string Configuration();

    /// <summary>Where the store's server listens; null for none.</summary>
    private protected virtual (string Name, Uri Address)? Server => null;

    [TestInitialize]
    public async Task StartAsync()
    {
        await PythonLibrary.RequireAsync();
        if (Server is { } server)
        {
            SharedStores.Require(server.Name, server.Address);
        }

        _root = Directory.CreateTempSubdirectory("image-service-");
        var conf = Path.Combine(Root, "glance-api.conf");
        await File.WriteAllTextAsync(conf, $"{Configuration()}\n[DEFAULT]\nshow_multiple_locations = true\n");
        _service = await RunningService.StartInAsync(_root, $"ImageService:GlanceConf={conf}");
        _python = new PythonLibrary(conf, Store);
    }

    [TestCleanup]
    public async Task StopAsync()
    {
        _python?.Dispose();
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }
    }

    [TestMethod]
    public async Task What_python_stored_is_an_image_once_its_location_is_given_and_is_read_verified()
    {
        var file = Path.Combine(Root, "image");
        var data = SomeBytes.Of(Size);
        await File.WriteAllBytesAsync(file, data);
        var id = await _service.Client.CreateAsync();
        var put = await _python.PutAsync(id, file);
        var location = new JsonObject
        {
            ["url"] = (string)put["location"]!,
            ["metadata"] = new JsonObject { ["store"] = Store },
            ["validation_data"] = new JsonObject { ["checksum"] = (string)put["checksum"]!, ["os_hash_algo"] = "sha512", ["os_hash_value"] = (string)put["multihash"]! },
        };
        var image = (await _service.Client.PatchAsync(id, new JsonArray(new JsonObject { ["op"] = "add", ["path"] = "/locations/-", ["value"] = location }).ToJsonString())).Is(200);
        Assert.AreEqual("active", image["status"]);
        Assert.AreEqual((string?)put["multihash"], image["os_hash_value"]);
        Assert.DoesNotContain("testsecret", image.Text);
        Assert.AreSequenceEqual(data, (await _service.Client.DownloadAsync(id)).Is(200).Body);
        Assert.AreSequenceEqual(data[1_500_000..1_600_000], (await _service.Client.DownloadAsync(id, "bytes=1500000-1599999")).Is(206).Body);
        (await _service.Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        Assert.IsFalse(await _python.DeleteAsync((string)put["location"]!));
    }

    [TestMethod]
    public async Task What_the_service_stored_python_reads_from_its_location()
    {
        var data = SomeBytes.Of(Size, 2);
        var id = await _service.Client.CreateAsync();
        (await _service.Client.UploadAsync(id, data, Store)).Is(204);
        var uri = (string)(await _service.Client.GetAsync($"/v2/images/{id}")).Is(200).Json["locations"]![0]!["url"]!;

        // Up to 5.4 Python's s3 finds its keys in the location only, and the service shows none: its operator's tools write them in.
        var store = _service.Stores[Store];
        uri = store.GetFeature<ILegacyUri>()?.LegacyUriOf(store.ParseLocation(uri)) ?? uri;
        var got = await _python.GetAsync(uri, Path.Combine(Root, "copy"));
        Assert.AreEqual(Convert.ToHexStringLower(SHA512.HashData(data)), (string?)got["multihash"]);
        Assert.IsTrue(await _python.DeleteAsync(uri));
        (await _service.Client.DownloadAsync(id)).Is(503);
    }
}

[TestClass]
public sealed class PythonFileLocationTests : PythonLocationTests
{
    private protected override string Store => "fast";

    private protected override string Configuration() => $"""
        [DEFAULT]
        enabled_backends = fast:file
        [glance_store]
        default_backend = fast
        {SharedStores.Fast(Root)}
        """;
}

[TestClass]
public sealed class PythonS3LocationTests : PythonLocationTests
{
    private protected override string Store => "cold";

    private protected override (string Name, Uri Address)? Server => ("ceph", SharedStores.Ceph);

    private protected override string Configuration() => $"""
        [DEFAULT]
        enabled_backends = fast:file, cold:s3
        [glance_store]
        default_backend = fast
        {SharedStores.Fast(Root)}
        {SharedStores.Cold}
        """;
}

/// <summary>The account in the configuration, and so in Python's locations; images of 3 MB are of three segments there.</summary>
[TestClass]
public sealed class PythonSwiftLocationTests : PythonLocationTests
{
    private protected override string Store => "cloud";

    private protected override (string Name, Uri Address)? Server => ("keystone", SharedStores.Keystone);

    private protected override string Configuration() => $"""
        [DEFAULT]
        enabled_backends = fast:file, cloud:swift
        [glance_store]
        default_backend = fast
        {SharedStores.Fast(Root)}
        {SharedStores.Cloud}
        """;
}
