using System.Text.Json.Nodes;
using GlanceStore.Drivers;
using GlanceStore.Interoperation;
using Microsoft.Data.Sqlite;

namespace GlanceStore.ImageService.Tests;

/// <summary>Python's Glance and this service over the same stores, set up by one <c>glance-api.conf</c>: each serves, by their locations, what the other one stored.</summary>
[TestClass]
public sealed class GlanceServiceTests
{
    private const int Size = 3_000_000;

    private static RunningService _service = null!;
    private static RealGlance? _glance;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        RealGlance.Require();
        await PythonLibrary.RequireAsync();
        SharedStores.Require("ceph", SharedStores.Ceph);
        SharedStores.Require("keystone", SharedStores.Keystone);
        var root = Directory.CreateTempSubdirectory("image-service-");
        var conf = Path.Combine(root.FullName, "glance-api.conf");
        await File.WriteAllTextAsync(conf, $"""
            [DEFAULT]
            enabled_backends = fast:file, cold:s3, cloud:swift
            show_multiple_locations = true
            [glance_store]
            default_backend = fast
            {SharedStores.Fast(root.FullName)}
            {SharedStores.Cold}
            {SharedStores.Cloud}
            """);
        _service = await RunningService.StartInAsync(root, $"ImageService:GlanceConf={conf}");
        _glance = await RealGlance.StartAsync(root.FullName);
    }

    [ClassCleanup]
    public static async Task StopAsync()
    {
        if (_glance is not null)
        {
            await _glance.DisposeAsync();
        }

        if (_service is not null)
        {
            await _service.DisposeAsync();
        }
    }

    [TestMethod]
    [DataRow("fast")]
    [DataRow("cold")]
    [DataRow("cloud")]
    public async Task What_glance_stored_is_served_here_by_its_location(string store)
    {
        RequireServerOf(store);
        var (glance, data) = (_glance!.Client, SomeBytes.Of(Size));
        var id = await BothAsync(glance);
        await _glance.StoreAsync(id, data, store);
        var theirs = (await glance.GetAsync($"/v2/images/{id}")).Is(200);
        var image = (await _service.Client.PatchAsync(id, Adding((string)theirs.Json["locations"]![0]!["url"]!, store))).Is(200);
        Assert.AreEqual("active", image["status"]);
        Assert.AreEqual(theirs["os_hash_value"], image["os_hash_value"]);
        Assert.AreEqual(theirs["checksum"], image["checksum"]);
        Assert.AreSequenceEqual(data, (await _service.Client.DownloadAsync(id)).Is(200).Body);
        Assert.AreSequenceEqual(data[1_500_000..1_600_000], (await _service.Client.DownloadAsync(id, "bytes=1500000-1599999")).Is(206).Body);
        (await _service.Client.DeleteAsync($"/v2/images/{id}")).Is(204);
        Assert.AreNotEqual(200, (int)(await glance.DownloadAsync(id)).Status);
    }

    [TestMethod]
    [DataRow("fast")]
    [DataRow("cold")]
    [DataRow("cloud")]
    public async Task What_was_stored_here_glance_serves_by_its_location(string store)
    {
        RequireServerOf(store);
        var (glance, data) = (_glance!.Client, SomeBytes.Of(Size, 2));
        var id = await BothAsync(glance);
        (await _service.Client.UploadAsync(id, data, store)).Is(204);
        var uri = (string)(await _service.Client.GetAsync($"/v2/images/{id}")).Is(200).Json["locations"]![0]!["url"]!;
        var driver = _service.Stores[store];
        uri = driver.GetFeature<ILegacyUri>()?.LegacyUriOf(driver.ParseLocation(uri)) ?? uri;
        if (store == "fast")
        {
            // Its API takes no files from anybody, so this is what an operator does who moves.
            (await glance.PatchAsync(id, Adding(uri, store))).Is(400);
            await WriteAsync(id, uri, data.Length);
        }
        else
        {
            (await glance.PatchAsync(id, Adding(uri, store))).Is(200);
        }

        Assert.AreEqual("active", await glance.StatusOfAsync(id));
        Assert.AreSequenceEqual(data, (await glance.DownloadAsync(id)).Is(200).Body);
        (await _service.Client.DeleteAsync($"/v2/images/{id}")).Is(204);
    }

    private static void RequireServerOf(string store)
    {
        if (store == "cloud")
        {
            SharedStores.Require("swift", SharedStores.Swift);
        }
    }

    // An image without data in both services, with one id.
    private static async Task<string> BothAsync(ApiClient glance)
    {
        var id = await _service.Client.CreateAsync();
        return await glance.CreateAsync($"\"id\": \"{id}\", \"disk_format\": \"raw\", \"container_format\": \"bare\"");
    }

    private static string Adding(string url, string store) => new JsonArray(new JsonObject
    {
        ["op"] = "add",
        ["path"] = "/locations/-",
        ["value"] = new JsonObject { ["url"] = url, ["metadata"] = new JsonObject { ["store"] = store } },
    }).ToJsonString();

    private static async Task WriteAsync(string id, string url, long size)
    {
        await using var connection = new SqliteConnection($"Data Source={_glance!.Database};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            INSERT INTO image_locations (image_id, value, meta_data, status, created_at, updated_at, deleted)
            VALUES ($id, $url, '{"store": "fast"}', 'active', '2026-01-01 00:00:00', '2026-01-01 00:00:00', 0);
            UPDATE images SET status = 'active', size = $size WHERE id = $id
            """;
        command.Parameters.AddWithValue("$id", id);
        command.Parameters.AddWithValue("$url", url);
        command.Parameters.AddWithValue("$size", size);
        await command.ExecuteNonQueryAsync();
    }
}
