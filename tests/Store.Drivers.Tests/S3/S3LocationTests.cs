namespace GlanceStore.Drivers.S3;

[TestClass]
public sealed class S3LocationTests
{
    private static readonly S3DriverOptions Place = new()
    {
        Endpoint = "http://h:9000/p/q",
        Bucket = "bucket",
        AccessKey = "AK",
        SecretKey = "c4nary/+=:secret",
    };

    [TestMethod]
    [DataRow("http://h:9000", "s3://h:9000/bucket/id")]
    [DataRow("https://h", "s3+https://h/bucket/id")]
    [DataRow("h", "s3+https://h/bucket/id")]
    [DataRow("http://h/p/q/", "s3://h/p/q/bucket/id")]
    public async Task A_location_is_written_as_glance_store_writes_it_without_keys(string endpoint, string expected)
    {
        await using var driver = new S3Driver(Place with { Endpoint = endpoint });
        Assert.AreEqual(expected, driver.LocationOf(new ImageId("id")).Uri);
    }

    [TestMethod]
    [DataRow("s3://h:9000/p/q/bucket/k")]
    [DataRow("s3+http://h:9000/p/q/bucket/k")]
    [DataRow("s3+https://H:9000/p/q/bucket/k")]
    [DataRow("s3://AK:SK@h:9000/p/q/bucket/k")]
    [DataRow("s3://AK:S/K@h:9000/p/q/bucket/k")]
    [DataRow("s3+https://AK:S+/=K@h:9000/p/q/bucket/k")]
    [DataRow("s3://AK:S:K@h:9000/p/q/bucket/k")]
    [DataRow("s3://AK:S@K@h:9000/p/q/bucket/k")]
    [DataRow("s3://AK:S?#K@h:9000/p/q/bucket/k")]
    public async Task Both_dialects_are_read(string uri)
    {
        await using var driver = new S3Driver(Place);
        var location = driver.ParseLocation(uri);
        Assert.AreEqual("s3://h:9000/p/q/bucket/k", location.Uri);
        Assert.AreEqual(uri.Contains('@', StringComparison.Ordinal), location.Secret is not null);
    }

    [TestMethod]
    [DataRow("http://h:80", "s3://AK:SK@h:80/bucket/k", "s3://h/bucket/k")]
    [DataRow("https://h:443", "s3+https://h:443/bucket/k", "s3+https://h/bucket/k")]
    public async Task A_location_that_names_the_usual_port_as_an_operator_did_is_read(string endpoint, string uri, string expected)
    {
        await using var driver = new S3Driver(Place with { Endpoint = endpoint });
        Assert.AreEqual(expected, driver.ParseLocation(uri).Uri);
    }

    [TestMethod]
    public async Task Keys_in_a_location_are_kept_whole_and_apart_from_it()
    {
        await using var driver = new S3Driver(Place);
        var location = driver.ParseLocation("s3://AK:c4n/ary+:=@h:9000/p/q/bucket/k");
        location.Secret!.Reveal(out var user, out var password);
        Assert.AreEqual("AK", user);
        Assert.AreEqual("c4n/ary+:=", password);
        Assert.DoesNotContain("c4n", location.ToString());
    }

    [TestMethod]
    public async Task The_key_that_a_location_names_is_whose_image_it_is_and_is_not_told()
    {
        await using var driver = new S3Driver(Place with { FormerAccessKeys = ["OLDKEY"] });
        var own = driver.LocationOf(new ImageId("k")).Account;
        Assert.DoesNotContain("AK", own!);
        Assert.AreEqual(own, driver.ParseLocation("s3://AK:SK@h:9000/p/q/bucket/k").Account);
        Assert.AreEqual(own, driver.ParseLocation("s3://OLDKEY:SK@h:9000/p/q/bucket/k").Account);
        var other = driver.ParseLocation("s3://OTHERKEY:SK@h:9000/p/q/bucket/k").Account;
        Assert.AreNotEqual(own, other);
        await using var owner = new S3Driver(Place with { AccessKey = "OTHERKEY" });
        Assert.AreEqual(owner.LocationOf(new ImageId("k")).Account, other);
        await using var before = new S3Driver(Place with { AccessKey = "OLDKEY" });
        CollectionAssert.AreEqual(new[] { before.LocationOf(new ImageId("k")).Account }, driver.Info.FormerAccounts.ToArray(), "Receipts of images stored under it are the store's.");
    }

    [TestMethod]
    public async Task An_access_key_with_a_colon_in_it_as_Swift_has_them_is_known_again()
    {
        await using var driver = new S3Driver(Place with { AccessKey = "test:tester" });
        var location = driver.ParseLocation("s3://test:tester:test:ing@h:9000/p/q/bucket/k");
        location.Secret!.Reveal(out var key, out var secret);
        Assert.AreEqual(("test:tester", "test:ing", driver.LocationOf(new ImageId("k")).Account), (key, secret, location.Account));
        Assert.AreNotEqual(location.Account, driver.ParseLocation("s3://test2:tester2:testing2@h:9000/p/q/bucket/k").Account);
    }

    [TestMethod]
    public async Task Whose_keys_the_chain_finds_is_not_known_beforehand()
    {
        await using var driver = new S3Driver(Place with { AccessKey = null, SecretKey = null });
        Assert.IsNull(driver.ParseLocation("s3://h:9000/p/q/bucket/k").Account);
        Assert.IsNull(driver.ParseLocation("s3://AK:SK@h:9000/p/q/bucket/k").Account);
    }

    [TestMethod]
    [DataRow("s3://AK@h:9000/p/q/bucket/k")]
    [DataRow("s3://h/k")]
    [DataRow("s3+ftp://h:9000/p/q/bucket/k")]
    [DataRow("s3://h:9000/p/q/bucket/")]
    [DataRow("s3://h:9000/p/q/bucket/a/b")]
    [DataRow("s3://h:9000/p/q/bucket/..")]
    [DataRow("s3://h:9000/p/q/bucket/a?versionId=1")]
    [DataRow("s3://h:9000/p/q/Bucket/k")]
    [DataRow("s3://other/p/q/bucket/k")]
    [DataRow("s3://AK:c4nary@other/p/q/bucket/k")]
    public async Task What_is_malformed_or_lies_elsewhere_is_refused_without_its_secret(string uri)
    {
        await using var driver = new S3Driver(Place);
        var error = Assert.ThrowsExactly<StoreException>(() => driver.ParseLocation(uri));
        Assert.AreEqual(StoreError.InvalidLocation, error.Error);
        Assert.DoesNotContain("c4nary", error.ToString());
    }

    [TestMethod]
    public async Task The_legacy_uri_is_told_only_where_the_options_say_so()
    {
        await using var without = new S3Driver(Place);
        Assert.IsNull(without.GetFeature<ILegacyUri>());
        Assert.ThrowsExactly<InvalidOperationException>(() => without.LegacyUriOf(without.LocationOf(new ImageId("id"))));

        await using var driver = new S3Driver(Place with { LegacyUris = true });
        var uri = driver.GetFeature<ILegacyUri>()!.LegacyUriOf(driver.LocationOf(new ImageId("id")));
        Assert.AreEqual("s3://AK:c4nary/+=:secret@h:9000/p/q/bucket/id", uri);
        Assert.AreEqual(driver.LocationOf(new ImageId("id")), driver.ParseLocation(uri));
    }

    [TestMethod]
    public async Task A_prefix_is_part_of_the_key_and_keeps_other_images_out()
    {
        await using var driver = new S3Driver(Place with { Prefix = "images/" });
        var location = driver.LocationOf(new ImageId("id"));
        Assert.AreEqual("s3://h:9000/p/q/bucket/images/id", location.Uri);
        Assert.AreEqual(location, driver.ParseLocation(location.Uri));
        Assert.ThrowsExactly<StoreException>(() => driver.ParseLocation("s3://h:9000/p/q/bucket/id"));
    }
}
