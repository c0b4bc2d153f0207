namespace GlanceStore.Drivers.Swift;

/// <summary>The vectors of OpenStack's library, and where this one is stricter or reads what that one mis-reads.</summary>
[TestClass]
public sealed class SwiftLocationTests
{
    private const string Id = "fdae39a1-bac5-4f0e-8d2b-1a2b3c4d5e6f";

    private static readonly SwiftDriverOptions Single = new() { AuthAddress = "https://auth.example.com/v3", User = "t:u", Key = "k", Container = "c" };

    [TestMethod]
    [DataRow("swift://user:pass@auth.example.com/v3/c/o", "user", "pass")]
    [DataRow("swift://acct:user:pass@auth.example.com/v3/c/o", "acct:user", "pass")]
    [DataRow("swift+https://t%3Au:k@auth.example.com/v3/c/o", "t:u", "k")]
    [DataRow("swift://t:u:p%40x@auth.example.com/v3/c/o", "t:u", "p@x")]
    [DataRow("swift://t%3Au:p%3Ax@auth.example.com/v3/c/o", "t:u", "p:x")]
    [DataRow("swift://t:u:p/x@auth.example.com/v3/c/o", "t:u", "p/x")]
    [DataRow("swift+https://te/n%3Aus%20er:p%40s%3As/%2B@auth.example.com/v3/c/o", "te/n:us er", "p@s:s/+")]
    [DataRow("swift+https://auth.example.com/v3/c/o", null, null)]
    [DataRow("swift://AUTH.example.com/v3/c/o?x=1", null, null)]
    [DataRow("swift+config://ref1/c/o", null, null)]
    public void Every_dialect_is_read_and_written_without_credentials(string uri, string? user, string? key)
    {
        var location = new SwiftDriver(Single).ParseLocation(uri);
        Assert.AreEqual("swift+https://auth.example.com/v3/c/o", location.Uri);
        if (user is null)
        {
            Assert.IsNull(location.Secret);
            return;
        }

        location.Secret!.Reveal(out var readUser, out var readKey);
        Assert.AreEqual((user, key), (readUser, readKey));
    }

    [TestMethod]
    [DataRow("swift://u@auth.example.com/v3/c/o")]
    [DataRow("swift://u:p@auth.example.com/c")]
    [DataRow("swift://u:p@auth.example.com/")]
    [DataRow("swift://u:p@http://auth.example.com/v3/c/o")]
    [DataRow("swift://auth.example.com/v3/c/o/")]
    [DataRow("swift://auth.example.com/v3/other/o")]
    [DataRow("swift+http://auth.example.com/v3/c/o")]
    [DataRow("swift://elsewhere.example.com/v3/c/o")]
    [DataRow("swift+config://unknown/c/o")]
    [DataRow("swift://auth.example.com/v3/c/o/0123456789abcdef-00001")]
    [DataRow("swiftx://h/c/o")]
    public void What_is_not_a_location_of_the_store_is_refused(string uri)
    {
        var error = Assert.ThrowsExactly<StoreException>(() => new SwiftDriver(Single).ParseLocation(uri));
        Assert.AreEqual(StoreError.InvalidLocation, error.Error);
        Assert.DoesNotContain(":p@", error.Message);
    }

    [TestMethod]
    public void A_host_whose_name_begins_with_http_is_a_host() => Assert.AreEqual(
        "swift+https://httpd.example.com/v3/c/o", new SwiftDriver(Single with { AuthAddress = "https://httpd.example.com/v3" }).ParseLocation("swift://t:u:p@httpd.example.com/v3/c/o").Uri);

    [TestMethod]
    [DataRow(0, "c")]
    [DataRow(3, "c_fda")]
    [DataRow(8, "c_fdae39a1")]
    [DataRow(9, "c_fdae39a1-b")]
    [DataRow(10, "c_fdae39a1-ba")]
    [DataRow(32, "c_fdae39a1-bac5-4f0e-8d2b-1a2b3c4d5e6f")]
    public void A_seed_spreads_images_as_the_library_does(int seed, string container)
    {
        var driver = new SwiftDriver(Single with { ContainersSeed = seed });
        var location = driver.LocationOf(new ImageId(Id));
        Assert.AreEqual($"swift+https://auth.example.com/v3/{container}/{Id}", location.Uri);
        Assert.AreEqual(location, new SwiftDriver(Single).ParseLocation(location.Uri), "Images stay where they are when the seed changes.");
    }

    [TestMethod]
    [DataRow("http://swift.example.org/v1/AUTH_a", "http://swift.example.org")]
    [DataRow("http://ceph.example.org:8080/swift/v1/AUTH_a", "http://ceph.example.org:8080/swift")]
    [DataRow("https://v1.swift.example.org/v1/AUTH_a", "https://v1.swift.example.org")]
    [DataRow("https://v1.example.org", "https://v1.example.org")]
    public void The_limits_are_asked_of_the_host_of_the_account_whatever_its_name(string account, string below) => Assert.AreEqual(below, SwiftClient.InfoOf(account));

    [TestMethod]
    public void A_legacy_uri_is_quoted_as_Python_does()
    {
        var driver = new SwiftDriver(Single with { User = "t:us er", Key = "p@s:s/+", LegacyUris = true });
        var location = driver.LocationOf(new ImageId("o"));
        Assert.AreEqual("swift+https://t%3Aus%20er:p%40s%3As/%2B@auth.example.com/v3/c/o", driver.LegacyUriOf(location));
        Assert.AreEqual(location, driver.ParseLocation(driver.LegacyUriOf(location)));
        Assert.IsNotNull(driver.GetFeature<ILegacyUri>());
        Assert.IsNull(new SwiftDriver(Single).GetFeature<ILegacyUri>());
    }

    [TestMethod]
    public void A_file_of_accounts_names_them_in_locations_and_knows_older_ones_by_their_user()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "[ref1]\nauth_address = https://auth.example.com/v3\nuser = t:u\nkey = k\n[ref2]\nauth_address = https://auth.example.com/v3\nuser = t:v\nkey = k\n");
        var driver = new SwiftDriver(new SwiftDriverOptions { ConfigFile = path, Container = "c" });
        File.Delete(path);
        Assert.AreEqual($"swift+config://ref1/c/{Id}", driver.LocationOf(new ImageId(Id)).Uri);
        Assert.AreEqual("swift+config://ref2/c/o", driver.ParseLocation("swift+config://ref2/c/o").Uri);
        Assert.AreEqual("swift+config://ref2/c/o", driver.ParseLocation("swift+https://t%3Av:old@auth.example.com/v3/c/o").Uri);
        Assert.AreEqual("swift+config://ref1/c/o", driver.ParseLocation("swift+https://t%3Ax:old@auth.example.com/v3/c/o").Uri);
        Assert.AreEqual("swift+config://ref1/c/o", driver.ParseLocation("swift+https://auth.example.com/v3/c/o").Uri, "Both users share one account.");
    }

    [TestMethod]
    public void A_location_that_fits_several_accounts_of_the_file_is_given_to_none_of_them()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "[ref1]\nauth_address = https://auth.example.com/v3\nuser = t:u\nkey = k\n[ref2]\nauth_address = https://auth.example.com/v3\nuser = s:u\nkey = k\n");
        var driver = new SwiftDriver(new SwiftDriverOptions { ConfigFile = path, Container = "c" });
        File.Delete(path);
        var error = Assert.ThrowsExactly<StoreException>(() => driver.ParseLocation("swift+https://auth.example.com/v3/c/o"));
        Assert.AreEqual(StoreError.InvalidLocation, error.Error);
        Assert.AreEqual("swift+config://ref2/c/o", driver.ParseLocation("swift+https://s%3Av:old@auth.example.com/v3/c/o").Uri);
    }

    [TestMethod]
    [DataRow("t:u", null, "swift+https://auth.example.com/v3/c/o", "t")]
    [DataRow("t:u", null, "swift+https://t%3Av:k@auth.example.com/v3/c/o", "t")]
    [DataRow("t:u", null, "swift+https://s%3Au:k@auth.example.com/v3/c/o", "s")]
    [DataRow("t:u", "corp", "swift+https://t%3Av:k@auth.example.com/v3/c/o", "t@corp")]
    [DataRow("t:u", "corp", "swift+https://s%3Av:k@auth.example.com/v3/c/o", "s")]
    public void The_project_that_a_location_names_is_whose_image_it_is(string user, string? domain, string uri, string account) =>
        Assert.AreEqual(account, new SwiftDriver(Single with { User = user, ProjectDomainName = domain }).ParseLocation(uri).Account);

    [TestMethod]
    public void Whose_an_application_credential_is_cannot_be_told_from_a_location_with_a_user()
    {
        var driver = new SwiftDriver(Single with { User = null, Key = null, ApplicationCredentialId = "id", ApplicationCredentialSecret = "s" });
        Assert.AreEqual("credential id", driver.ParseLocation("swift+https://auth.example.com/v3/c/o").Account);
        Assert.IsNull(driver.ParseLocation("swift+https://t%3Au:k@auth.example.com/v3/c/o").Account);
    }

    [TestMethod]
    public void A_store_of_many_tenants_reads_locations_of_its_cluster_alone()
    {
        var driver = new SwiftDriver(new SwiftDriverOptions { MultiTenant = true, Container = "c", Endpoint = "https://swift.example.com/v1/AUTH_x" });
        Assert.AreEqual("swift+https://swift.example.com/v1/AUTH_y/c_o/o", driver.ParseLocation("swift+https://swift.example.com/v1/AUTH_y/c_o/o").Uri);
        foreach (var uri in new[] { "swift+https://evil.example.com/v1/AUTH_x/c_o/o", "swift+https://swift.example.com/v1/AUTH_x/c/o", "swift+https://swift.example.com/v1/AUTH_x/c_p/o", "swift+https://swift.example.com/AUTH_x/c_o/o" })
        {
            Assert.AreEqual(StoreError.InvalidLocation, Assert.ThrowsExactly<StoreException>(() => driver.ParseLocation(uri), uri).Error);
        }

        Assert.AreEqual(StoreError.InvalidConfiguration, Assert.ThrowsExactly<StoreException>(() => driver.LocationOf(new ImageId("o"))).Error);
    }

    [TestMethod]
    [DataRow("a/0123456789abcdef-00001", "a")]
    [DataRow("a/0123456789abcdef/00001", "a")]
    [DataRow("a-00001", null)]
    [DataRow("a/0123456789abcdef-000001", null)]
    [DataRow("a/0123456789ABCDEF-00001", null)]
    [DataRow("a/b/0123456789abcdef-00001", null)]
    [DataRow("a/0123456789abcdef-00001\n", null)]
    public void A_segment_is_known_by_its_name(string name, string? id) => Assert.AreEqual(id, SwiftSegments.Parse(name)?.Id);

    [TestMethod]
    [DataRow(Id + "-00001", Id)]
    [DataRow(Id, null)]
    [DataRow("a-00001", null)]
    [DataRow(Id + "-0000a", null)]
    [DataRow(Id + "-00001\n", null)]
    public void A_segment_of_the_library_is_known_by_its_name_where_the_id_is_a_uuid(string name, string? id) => Assert.AreEqual(id, SwiftSegments.ParseLegacy(name));
}
