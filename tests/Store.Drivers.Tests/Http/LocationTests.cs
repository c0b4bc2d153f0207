namespace GlanceStore.Drivers.Http.Tests;

[TestClass]
public sealed class LocationTests
{
    [TestMethod]
    [DataRow("http://h")]
    [DataRow("http://h/")]
    [DataRow("https://h:8443/x/y?q=1&r=a%2Fb")]
    [DataRow("http://[::1]:80/x")]
    [DataRow("http://[::1]/x")]
    [DataRow("http://192.0.2.7:80/x")]
    [DataRow("http://h/a@b:c")]
    [DataRow("http://h?user@x")]
    public async Task A_location_is_kept_as_it_is_written(string uri)
    {
        await using var driver = new HttpDriver();
        var location = driver.ParseLocation(uri);
        Assert.AreEqual(uri, location.Uri);
        Assert.IsNull(location.Secret);
    }

    [TestMethod]
    public async Task A_fragment_is_dropped()
    {
        await using var driver = new HttpDriver();
        Assert.AreEqual("http://h/x", driver.ParseLocation("http://h/x#f@g").Uri);
    }

    [TestMethod]
    [DataRow("http://u:p@h:80/x?q=1", "http://h:80/x?q=1", "u", "p")]
    [DataRow("https://te%40m:p%3Aw%2F@h/x", "https://h/x", "te@m", "p:w/")]
    [DataRow("http://u:@h", "http://h", "u", "")]
    [DataRow("http://u:100%@h/x", "http://h/x", "u", "100%")]
    public async Task Credentials_go_into_the_secret(string uri, string bare, string user, string password)
    {
        await using var driver = new HttpDriver();
        var location = driver.ParseLocation(uri);
        location.Secret!.Reveal(out var seenUser, out var seenPassword);
        Assert.AreEqual((bare, user, password), (location.Uri, seenUser, seenPassword));
    }

    [TestMethod]
    [DataRow("http://u@h/x")]
    [DataRow("http://u:p:q@h/x")]
    [DataRow("http://:p@h/x")]
    [DataRow("http:///x")]
    [DataRow("http://u:p@/x")]
    [DataRow("http://h:abc/x")]
    [DataRow("http://h:0/x")]
    [DataRow("http://h:65536/x")]
    [DataRow("http://h:80:90/x")]
    [DataRow("https://a@b@c/x")]
    [DataRow("https://a:b@c@d/x")]
    [DataRow("ftp://h/x")]
    [DataRow("http://h\\@evil/x")]
    [DataRow("http://h/x y")]
    [DataRow("http://h/x\r\nX-Evil: 1")]
    [DataRow("http://[::1/x")]
    [DataRow("h/x")]
    public async Task What_is_no_location_is_refused(string uri)
    {
        await using var driver = new HttpDriver();
        Assert.AreEqual(StoreError.InvalidLocation, Assert.ThrowsExactly<StoreException>(() => driver.ParseLocation(uri)).Error);
    }

    [TestMethod]
    public async Task An_id_has_a_place_below_the_base_URL_only()
    {
        var id = new ImageId("71c675ab-d94f-49cd-a114-e12490b328d9");
        await using var driver = new HttpDriver(new HttpDriverOptions { BaseUrl = "https://h/vm" });
        Assert.AreEqual($"https://h/vm/{id}", driver.LocationOf(id).Uri);
        await using var baseless = new HttpDriver();
        Assert.AreEqual(StoreError.Unsupported, Assert.ThrowsExactly<StoreException>(() => baseless.LocationOf(id)).Error);
    }

    [TestMethod]
    [DataRow("images.example.com", true)]
    [DataRow("IMAGES.example.com.", true)]
    [DataRow("a.mirror.example.com", true)]
    [DataRow("mirror.example.com", false)]
    [DataRow("evilimages.example.com", false)]
    [DataRow("images.example.com.evil.net", false)]
    [DataRow("bad.mirror.example.com", false)]
    public async Task Only_allowed_hosts_that_are_not_denied_are_in_the_store(string host, bool isIn)
    {
        await using var driver = new HttpDriver(new HttpDriverOptions
        {
            AllowedHosts = ["images.example.com", "*.mirror.example.com"],
            DeniedHosts = ["bad.mirror.example.com"],
        });
        AssertIsIn(driver, $"https://{host}/x", isIn);
    }

    [TestMethod]
    [DataRow("https://h/x", true)]
    [DataRow("https://h:8443/x", true)]
    [DataRow("http://h/x", false)]
    [DataRow("https://h:22/x", false)]
    public async Task Only_allowed_ports_that_are_not_denied_are_in_the_store(string uri, bool isIn)
    {
        await using var driver = new HttpDriver(new HttpDriverOptions { AllowedPorts = [443, 8443, 22], DeniedPorts = [22] });
        AssertIsIn(driver, uri, isIn);
    }

    private static void AssertIsIn(HttpDriver driver, string uri, bool isIn)
    {
        if (isIn)
        {
            Assert.AreEqual(uri, driver.ParseLocation(uri).Uri);
            return;
        }

        Assert.AreEqual(StoreError.InvalidLocation, Assert.ThrowsExactly<StoreException>(() => driver.ParseLocation(uri)).Error);
    }
}
