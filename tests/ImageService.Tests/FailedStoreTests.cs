namespace GlanceStore.ImageService.Tests;

/// <summary>Imports to several stores of which one does not answer.</summary>
[TestClass]
public sealed class FailedStoreTests
{
    private const string All = """, "stores": ["fast", "dead"]""";

    private static readonly byte[] Image = SomeBytes.Of(300_000);

    private static RunningService _service = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context) => _service = await RunningService.StartAsync(
        "GlanceStore:Stores:dead:Type=s3", "GlanceStore:Stores:dead:Endpoint=http://127.0.0.1:1", "GlanceStore:Stores:dead:Bucket=images", "GlanceStore:Stores:dead:AccessKey=a",
        "GlanceStore:Stores:dead:SecretKey=s", "GlanceStore:Stores:dead:MaxAttempts=1");

    [ClassCleanup]
    public static async Task StopAsync() => await _service.DisposeAsync();

    [TestMethod]
    public async Task Where_all_stores_must_have_it_an_import_that_one_of_them_fails_is_nowhere_and_the_image_is_queued()
    {
        var id = await ImportAsync(", \"all_stores_must_succeed\": true");
        var image = (await _service.Client.GetAsync($"/v2/images/{id}")).Is(200);
        Assert.AreEqual("queued", image["status"]);
        Assert.AreEqual("", image["os_glance_importing_to_stores"]);
        Assert.AreEqual("fast,dead", image["os_glance_failed_import"]);
        Assert.DoesNotContain(id, _service.StoredIn("fast"));
        Assert.DoesNotContain(id, _service.StoredIn("hidden"));
        var task = await Imports.LastTaskAsync(_service, id);
        Assert.AreEqual("failure", (string?)task["status"]);
        Assert.Contains("dead", (string)task["message"]!);
    }

    [TestMethod]
    public async Task Where_not_all_must_have_it_the_image_is_active_in_the_others_and_says_which_has_it_not()
    {
        var id = await ImportAsync(", \"all_stores_must_succeed\": false");
        var image = (await _service.Client.GetAsync($"/v2/images/{id}")).Is(200);
        Assert.AreEqual("active", image["status"]);
        Assert.AreEqual("fast", image["stores"]);
        Assert.AreEqual("dead", image["os_glance_failed_import"]);
        Assert.AreEqual("success", (string?)(await Imports.LastTaskAsync(_service, id))["status"]);
        Assert.AreSequenceEqual(Image, (await _service.Client.DownloadAsync(id)).Is(200).Body);
        Assert.DoesNotContain(id, _service.StoredIn("hidden"));
    }

    [TestMethod]
    public async Task A_copy_that_fails_leaves_the_image_as_it_is_and_says_which_store_has_it_not()
    {
        var id = await _service.Client.StoreAsync(Image);
        (await _service.Client.PostAsync($"/v2/images/{id}/import", """{"method": {"name": "copy-image"}, "stores": ["dead", "cold"]}""")).Is(202);
        await Imports.EndAsync(_service, id);
        var image = (await _service.Client.GetAsync($"/v2/images/{id}")).Is(200);
        Assert.AreEqual("active", image["status"]);
        Assert.AreEqual("fast", image["stores"]);
        Assert.AreEqual("dead,cold", image["os_glance_failed_import"]);
        Assert.DoesNotContain(id, _service.StoredIn("cold"));
        Assert.AreSequenceEqual(Image, (await _service.Client.DownloadAsync(id)).Is(200).Body);
    }

    private static async Task<string> ImportAsync(string more)
    {
        var id = await _service.Client.CreateAsync();
        (await Imports.StageAsync(_service.Client, id, Image)).Is(204);
        (await _service.Client.PostAsync($"/v2/images/{id}/import", $"{{\"method\": {{\"name\": \"glance-direct\"}}{All}{more}}}")).Is(202);
        await Imports.EndAsync(_service, id);
        return id;
    }
}
