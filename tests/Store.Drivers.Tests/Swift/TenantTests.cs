namespace GlanceStore.Drivers.Swift;

/// <summary>Many tenants: each caller's own token, account and containers, on Swift with Keystone.</summary>
[TestClass]
public sealed class TenantTests
{
    private static readonly byte[] Image = PythonStore.BytesOf(12, 250_000);

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Cancellation => TestContext.CancellationToken;

    [TestMethod]
    public async Task An_image_lies_in_a_container_of_its_own_in_the_callers_account_and_both_go_together()
    {
        await using var unbound = new SwiftDriver(Options);
        await using var demo = await BindAsync(unbound, "demo", "demopass", "demo");
        var (_, project) = await LogInAsync("demo", "demopass", "demo");
        var receipt = await PutAsync(demo);
        var id = receipt.Location.Uri.Split('/')[^1];
        Assert.AreEqual($"swift+http://{new Uri(SwiftServer.KeystoneProxy).Authority}/v1/AUTH_{project}/{Options.Container}_{id}/{id}", receipt.Location.Uri);
        CollectionAssert.AreEqual(Image, await ReadAsync(demo, receipt));
        Assert.IsTrue(await demo.DeleteAsync(receipt.Location, cancellationToken: Cancellation));
        using var container = await SwiftServer.Keystone.SendAsync(HttpMethod.Head, $"/{Options.Container}_{id}");
        Assert.AreEqual(System.Net.HttpStatusCode.NotFound, container.StatusCode, "The container goes with the image.");
    }

    [TestMethod]
    [DataRow(10)]
    [DataRow(250_000)]
    public async Task A_put_that_fails_leaves_no_container(int size)
    {
        var (token, project) = await LogInAsync("demo", "demopass", "demo");
        await using var proxy = new FaultyProxy(SwiftServer.KeystoneProxy, request => request.Method == "PUT" && request.Target.Count(c => c == '/') > 3 ? Fault.Status(403) : null);
        await using var unbound = new SwiftDriver(Options with { Endpoint = $"{proxy.Url}/v1/AUTH_{project}" });
        await using var demo = new ImageStore("swift", await unbound.BindAsync(new StoreCaller(project, token), Cancellation), new ImageStoreOptions { ChunkBytes = 100_000 });
        var id = ImageId.New();
        await Assert.ThrowsExactlyAsync<StoreException>(() => demo.PutAsync(id, new MemoryStream(Image[..size]), null, Cancellation));
        using var container = await SwiftServer.Keystone.SendAsync(HttpMethod.Head, $"/{Options.Container}_{id}");
        Assert.AreEqual(System.Net.HttpStatusCode.NotFound, container.StatusCode);
    }

    [TestMethod]
    public async Task Who_is_named_may_read_and_who_is_no_longer_named_may_not()
    {
        await using var unbound = new SwiftDriver(Options);
        await using var demo = await BindAsync(unbound, "demo", "demopass", "demo");
        await using var glance = await BindAsync(unbound, "glance", "glancepass", "service");
        var (_, service) = await LogInAsync("glance", "glancepass", "service");
        var receipt = await PutAsync(demo);
        var lists = demo.GetFeature<IAccessLists>()!;
        await AssertRefusedAsync(glance, receipt);
        await lists.SetAccessAsync(receipt.Location, new ImageAccess { Readers = [service] }, Cancellation);
        CollectionAssert.AreEqual(Image, await ReadAsync(glance, receipt));
        await lists.SetAccessAsync(receipt.Location, new ImageAccess(), Cancellation);
        await AssertRefusedAsync(glance, receipt);
        await lists.SetAccessAsync(receipt.Location, new ImageAccess { IsPublic = true }, Cancellation);
        CollectionAssert.AreEqual(Image, await ReadAsync(glance, receipt));
        await demo.DeleteAsync(receipt.Location, cancellationToken: Cancellation);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () => await lists.SetAccessAsync(receipt.Location, new ImageAccess(), Cancellation));
        Assert.AreEqual(StoreError.NotFound, error.Error);
    }

    [TestMethod]
    public async Task Projects_of_administrators_may_always_write()
    {
        var (_, service) = await LogInAsync("glance", "glancepass", "service");
        await using var unbound = new SwiftDriver(Options with { AdminTenants = [service] });
        await using var demo = await BindAsync(unbound, "demo", "demopass", "demo");
        await using var glance = await BindAsync(unbound, "glance", "glancepass", "service");
        var receipt = await PutAsync(demo);
        await demo.GetFeature<IAccessLists>()!.SetAccessAsync(receipt.Location, new ImageAccess { Readers = [service] }, Cancellation);
        CollectionAssert.AreEqual(Image, await ReadAsync(glance, receipt));
        using var container = await SwiftServer.Keystone.SendAsync(HttpMethod.Head, "/" + receipt.Location.Uri.Split('/')[^2]);
        Assert.AreEqual($"{service}:*", container.Headers.GetValues("X-Container-Write").Single());
        await demo.DeleteAsync(receipt.Location, cancellationToken: Cancellation);
    }

    [TestMethod]
    public async Task A_token_that_was_refused_is_asked_for_again_in_the_middle_of_an_upload()
    {
        var (token, project) = await LogInAsync("demo", "demopass", "demo");
        await using var proxy = new FaultyProxy(SwiftServer.KeystoneProxy, FaultyProxy.First(1, request => request.IsSegment, Fault.Status(401)));
        await using var unbound = new SwiftDriver(Options with { Endpoint = $"{proxy.Url}/v1/AUTH_{project}" });
        var asked = 0;
        var caller = new StoreCaller(project, _ => ValueTask.FromResult(Interlocked.Increment(ref asked) > 0 ? token : ""));
        await using var demo = new ImageStore("swift", await unbound.BindAsync(caller, Cancellation), new ImageStoreOptions { ChunkBytes = 100_000 });
        var receipt = await PutAsync(demo);
        Assert.IsGreaterThanOrEqualTo(3, asked, "Once to bind, once for the requests, and once more for the one refused; a login that fails in passing asks again.");
        await demo.DeleteAsync(receipt.Location, cancellationToken: Cancellation);
    }

    [TestMethod]
    public async Task A_token_nobody_gave_is_NotAuthenticated_and_not_told()
    {
        Required();
        await using var unbound = new SwiftDriver(Options);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () => await unbound.BindAsync(new StoreCaller("p", "t0ken-s3cret"), Cancellation));
        Assert.AreEqual(StoreError.NotAuthenticated, error.Error);
        Assert.DoesNotContain("t0ken-s3cret", error.ToString());
    }

    [TestMethod]
    public async Task Roles_are_played_where_they_make_sense()
    {
        await using var unbound = new SwiftDriver(Options);
        Assert.IsNotNull(unbound.GetFeature<ICallerBinding>());
        Assert.IsNull(unbound.GetFeature<IAccessLists>());
        await using var single = new SwiftDriver(SwiftServer.Keystone.Account);
        Assert.IsNull(single.GetFeature<ICallerBinding>());
        Assert.IsNull(single.GetFeature<IAccessLists>());
        Assert.DoesNotContain("t0ken", new StoreCaller("p", "t0ken").ToString());
    }

    private static SwiftDriverOptions Options => new() { MultiTenant = true, AuthAddress = SwiftServer.Keystone.Account.AuthAddress, Container = "tenants" };

    private static void Required() => SwiftServer.Keystone.Required();

    private static Task<(string Token, string Project)> LogInAsync(string user, string password, string project)
    {
        Required();
        return KeystoneLogIn.Async(Options.AuthAddress, user, password, project);
    }

    private async Task<ImageStore> BindAsync(SwiftDriver unbound, string user, string password, string project)
    {
        var (token, id) = await LogInAsync(user, password, project);
        return new ImageStore("swift", await unbound.BindAsync(new StoreCaller(id, token), Cancellation), new ImageStoreOptions { ChunkBytes = 100_000 });
    }

    private Task<ImageReceipt> PutAsync(ImageStore store) => store.PutAsync(ImageId.New(), new MemoryStream(Image), null, Cancellation);

    private async Task<byte[]> ReadAsync(ImageStore store, ImageReceipt receipt)
    {
        await using var stream = await store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt), Cancellation);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, Cancellation);
        return bytes.ToArray();
    }

    private async Task AssertRefusedAsync(ImageStore store, ImageReceipt receipt)
    {
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => store.OpenReadAsync(receipt.Location, null, Cancellation));
        Assert.AreEqual(StoreError.AccessDenied, error.Error, error.Message);
    }
}
