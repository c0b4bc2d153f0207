namespace GlanceStore.Drivers.Azure;

[TestClass]
public sealed class AzureLocationTests
{
    private static readonly AzureDriverOptions Place = new()
    {
        Endpoint = "http://127.0.0.1:10000/account",
        Container = "images",
        Prefix = "p/",
        AccountKey = "c2VjcmV0",
    };

    [TestMethod]
    [DataRow("https://account.blob.core.windows.net", "azure+https://account.blob.core.windows.net/images/p/id")]
    [DataRow("account.blob.core.windows.net/", "azure+https://account.blob.core.windows.net/images/p/id")]
    [DataRow("http://127.0.0.1:10000/account", "azure+http://127.0.0.1:10000/account/images/p/id")]
    public async Task A_location_names_host_container_and_blob_and_nothing_else(string endpoint, string expected)
    {
        await using var driver = new AzureDriver(Place with { Endpoint = endpoint });
        Assert.AreEqual(expected, driver.LocationOf(new ImageId("id")).Uri);
    }

    [TestMethod]
    [DataRow("azure://127.0.0.1:10000/account/images/p/k")]
    [DataRow("azure+http://127.0.0.1:10000/account/images/p/k")]
    [DataRow("azure+https://127.0.0.1:10000/account/images/p/k")]
    public async Task Every_scheme_names_the_same_image(string uri)
    {
        await using var driver = new AzureDriver(Place);
        Assert.AreEqual("azure+http://127.0.0.1:10000/account/images/p/k", driver.ParseLocation(uri).Uri);
    }

    [TestMethod]
    public async Task The_hosts_letters_may_be_of_either_case()
    {
        await using var driver = new AzureDriver(Place with { Endpoint = "https://account.blob.core.windows.net" });
        Assert.AreEqual("azure+https://account.blob.core.windows.net/images/p/k", driver.ParseLocation("azure://Account.Blob.core.windows.net/images/p/k").Uri);
    }

    [TestMethod]
    [DataRow("azure://h/k")]
    [DataRow("azure+ftp://127.0.0.1:10000/account/images/p/k")]
    [DataRow("azure://127.0.0.1:10000/account/images/p/")]
    [DataRow("azure://127.0.0.1:10000/account/images/p/a/b")]
    [DataRow("azure://127.0.0.1:10000/account/images/p/..")]
    [DataRow("azure://127.0.0.1:10000/account/images/k")]
    [DataRow("azure://127.0.0.1:10000/account/Images/p/k")]
    [DataRow("azure://127.0.0.1:10000/other/images/p/k")]
    [DataRow("azure://127.0.0.1:10001/account/images/p/k")]
    [DataRow("azure://127.0.0.1:10000/account/images/p/k?sv=2023-11-03&sig=c4nary")]
    [DataRow("azure://account:c4nary@127.0.0.1:10000/account/images/p/k")]
    [DataRow("azure://127.0.0.1:10000/account/images/p/k#c4nary")]
    public async Task What_is_malformed_or_lies_elsewhere_is_refused_without_its_secret(string uri)
    {
        await using var driver = new AzureDriver(Place);
        var error = Assert.ThrowsExactly<StoreException>(() => driver.ParseLocation(uri));
        Assert.AreEqual(StoreError.InvalidLocation, error.Error);
        Assert.DoesNotContain("c4nary", error.ToString());
    }
}
