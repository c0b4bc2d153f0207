using System.Text;

namespace GlanceStore.Drivers.Swift;

/// <summary>Keystone's address is often written as that of its root.</summary>
[TestClass]
public sealed class KeystoneAddressTests
{
    private const string Id = "fdae39a1-bac5-4f0e-8d2b-1a2b3c4d5e6f";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("")]
    [DataRow("/")]
    [DataRow("/v3/")]
    public async Task One_logs_in_at_the_root_of_Keystone_too(string end)
    {
        var place = await SwiftServer.Keystone.Required().NewPlaceAsync();
        var root = place.AuthAddress[..^"/v3".Length];
        await using (var store = new ImageStore("swift", new SwiftDriver(place with { AuthAddress = root + end })))
        {
            var receipt = await store.PutAsync(ImageId.New(), new MemoryStream([1, 2, 3]), null, TestContext.CancellationToken);
            await using var other = new ImageStore("swift", new SwiftDriver(place));
            Assert.AreEqual(3, (await other.FindAsync(other.ParseLocation(receipt.Location.Uri), TestContext.CancellationToken))!.Size);
            Assert.IsTrue(await store.DeleteAsync(store.ParseLocation(other.LocationOf(new ImageId(receipt.Location.Uri.Split('/')[^1])).Uri), cancellationToken: TestContext.CancellationToken));
        }

        await SwiftServer.Keystone.RemoveAsync(place.Container);
    }

    [TestMethod]
    [DataRow("http://h:5000", "swift+http://p%3Au:k@h:5000/v3/c/" + Id)]
    [DataRow("http://h:5000/", "swift+http://p%3Au:k@h:5000/v2.0/c/" + Id)]
    [DataRow("http://h:5000/v3", "swift+http://p%3Au:k@h:5000/c/" + Id)]
    [DataRow("http://h/identity", "swift+http://h/identity/v3/c/" + Id)]
    [DataRow("http://h/identity/v3/", "swift+http://h/identity/c/" + Id)]
    public void A_location_that_Python_wrote_with_either_form_of_the_address_is_the_stores(string address, string uri)
    {
        var driver = new SwiftDriver(new SwiftDriverOptions { AuthAddress = address, User = "p:u", Key = "k", Container = "c" });
        Assert.AreEqual(driver.LocationOf(new ImageId(Id)).Uri, driver.ParseLocation(uri).Uri);
    }

    [TestMethod]
    [DataRow("http://h/identity", "swift+http://h/v3/c/" + Id)]
    [DataRow("http://h", "swift+http://h/identity/v3/c/" + Id)]
    public void A_location_of_another_path_is_not(string address, string uri) => Assert.ThrowsExactly<StoreException>(() =>
        new SwiftDriver(new SwiftDriverOptions { AuthAddress = address, User = "p:u", Key = "k", Container = "c" }).ParseLocation(uri));

    [TestMethod]
    public void Tempauth_has_no_versions() => Assert.ThrowsExactly<StoreException>(() => new SwiftDriver(new SwiftDriverOptions
    {
        AuthAddress = "http://h/auth", AuthVersion = SwiftAuthVersion.TempAuth, User = "p:u", Key = "k", Container = "c",
    }).ParseLocation("swift+http://h/auth/v3/c/" + Id));

    [TestMethod]
    [DataRow("", 300, """{"versions":{"values":[{"id":"v3.14","links":[{"rel":"self","href":"http://elsewhere.example.org/v3/"}]}]}}""", "/v3")]
    [DataRow("/identity", 300, """{"versions":{"values":[{"id":"v2.0","links":[]},{"id":"v3.8","links":[{"rel":"self","href":"http://inside/identity/v3.8/"}]}]}}""", "/identity/v3.8")]
    [DataRow("/identity", 200, """{"versions":[{"id":"v3.8","links":[{"rel":"self","href":"/v3"}]}]}""", "/identity/v3")]
    [DataRow("/here", 200, """{"version":{"id":"v3.14","links":[]}}""", "/here")]
    [DataRow("/here", 200, "<html>hello</html>", "/here/v3")]
    [DataRow("/here", 404, "", "/here/v3")]
    [DataRow("/here", 403, "{}", "/here/v3")]
    [DataRow("/here", 200, "[1]", "/here/v3")]
    public async Task The_version_is_asked_for_or_else_appended_and_never_another_host_is_told_the_password(string path, int status, string told, string expected)
    {
        var requests = new List<string>();
        using var keystone = new LoopbackHttp(context =>
        {
            requests.Add(context.Request.Url!.AbsolutePath);
            context.Response.StatusCode = context.Request.HttpMethod == "GET" ? status : 401;
            context.Response.Close(Encoding.UTF8.GetBytes(told), willBlock: false);
            return Task.CompletedTask;
        });
        await using var driver = new SwiftDriver(new SwiftDriverOptions { AuthAddress = keystone.Url + path, User = "p:u", Key = "k", Container = "c" });
        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsExactlyAsync<StoreException>(() => driver.FindAsync(driver.LocationOf(new ImageId("a")), TestContext.CancellationToken).AsTask());
            Assert.AreEqual(StoreError.NotAuthenticated, error.Error, error.Message);
        }

        CollectionAssert.AreEqual(new[] { path + "/", expected + "/auth/tokens", expected + "/auth/tokens" }, requests, "The version is asked for once.");
    }

    [TestMethod]
    public async Task A_Keystone_that_is_down_is_asked_again_later()
    {
        using var keystone = new LoopbackHttp(context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Close();
            return Task.CompletedTask;
        });
        await using var driver = new SwiftDriver(new SwiftDriverOptions { AuthAddress = keystone.Url, User = "p:u", Key = "k", Container = "c" });
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => driver.FindAsync(driver.LocationOf(new ImageId("a")), TestContext.CancellationToken).AsTask());
        Assert.IsTrue(error.IsTransient, error.Message);
    }
}
