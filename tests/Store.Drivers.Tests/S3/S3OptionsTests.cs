namespace GlanceStore.Drivers.S3;

[TestClass]
public sealed class S3OptionsTests
{
    private const string Canary = "c4nary-s3cret";

    private static readonly S3DriverOptions Right = new() { Endpoint = "https://s3.example.org", Bucket = "images", AccessKey = "AK", SecretKey = Canary };

    [TestMethod]
    public void A_ca_bundle_that_holds_no_certificate_is_a_mistake_when_the_store_is_made()
    {
        var file = Path.GetTempFileName();
        try
        {
            var options = new S3DriverOptions { Endpoint = "https://store.example.org", Bucket = "images", AccessKey = "AK", SecretKey = "SK", CaBundle = file };
            var e = Assert.ThrowsExactly<StoreException>(() => new S3Driver(options));
            Assert.AreEqual(StoreError.InvalidConfiguration, e.Error);
            Assert.Contains("CaBundle", e.Message);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestMethod]
    public void Every_mistake_is_listed_at_once_and_no_secret_is()
    {
        var wrong = new S3DriverOptions
        {
            Endpoint = "ftp://x",
            Bucket = "a/b",
            Prefix = "/x",
            SecretKey = Canary,
            CaBundle = "/nowhere.pem",
            ServerSideEncryption = "rot13",
            KmsKeyId = "k",
            MaxParallelParts = 0,
            StsEndpoint = "::",
            ConnectTimeout = TimeSpan.Zero,
            LegacyUris = true,
        };
        var error = Assert.ThrowsExactly<StoreException>(() => new S3Driver(wrong));
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        string[] named = ["Endpoint", "Bucket", "Prefix", "AccessKey", "CaBundle", "ServerSideEncryption", "KmsKeyId", "MaxParallelParts",
            "StsEndpoint", "ConnectTimeout", "LegacyUris"];
        foreach (var name in named)
        {
            Assert.Contains($"'{name}'", error.Message);
        }

        Assert.DoesNotContain(Canary, error.ToString());
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(25)]
    public void A_time_to_connect_that_no_timer_takes_is_a_mistake_when_the_store_is_made(int days)
    {
        var error = Assert.ThrowsExactly<StoreException>(() => new S3Driver(Right with { ConnectTimeout = TimeSpan.FromDays(days) }));
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        Assert.Contains("'ConnectTimeout'", error.Message);
    }

    [TestMethod]
    public void Options_render_without_their_secrets() => Assert.DoesNotContain(Canary, Right.ToString());

    [TestMethod]
    public void An_aws_endpoint_is_known_as_aws_and_any_other_as_generic()
    {
        Assert.AreEqual("aws", (Right with { Endpoint = "s3.eu-central-1.amazonaws.com" }).KnownAs.Name);
        Assert.AreEqual("generic", Right.KnownAs.Name);
        Assert.AreEqual(S3Integrity.Sha256, Right.CheckedBy);
    }

    [TestMethod]
    [DataRow("https://s3.amazonaws.com", null)]
    [DataRow("https://s3-eu-west-2.amazonaws.com", "eu-west-2")]
    [DataRow("https://s3.ap-south-1.amazonaws.com", "ap-south-1")]
    [DataRow("https://s3.dualstack.us-west-2.amazonaws.com", "us-west-2")]
    [DataRow("https://s3-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1")]
    [DataRow("https://s3-fips.dualstack.us-east-2.amazonaws.com", "us-east-2")]
    [DataRow("https://s3-accelerate.amazonaws.com", null)]
    [DataRow("https://bucket.vpce-1a2b.s3.eu-west-1.vpce.amazonaws.com", "eu-west-1")]
    [DataRow("https://s3-cn-north-1.amazonaws.com.cn", "cn-north-1")]
    [DataRow("https://s3.us-east-1.example.org", null)]
    public void The_region_is_read_from_hosts_of_aws_alone(string endpoint, string? region) =>
        Assert.AreEqual(region, S3Endpoint.Parse(endpoint)!.Region);

    [TestMethod]
    [DataRow("https://s3.amazonaws.com", "images", S3Addressing.Auto, false)]
    [DataRow("https://s3.amazonaws.com", "my.images", S3Addressing.Auto, true)]
    [DataRow("https://s3.amazonaws.com", "My_Images", S3Addressing.Auto, true)]
    [DataRow("https://s3.amazonaws.com", "images", S3Addressing.Path, true)]
    [DataRow("https://minio.example.org", "images", S3Addressing.Auto, true)]
    [DataRow("https://minio.example.org", "images", S3Addressing.Virtual, false)]
    public void A_bucket_is_addressed_by_host_where_that_is_sure_to_work(string endpoint, string bucket, S3Addressing addressing, bool byPath) =>
        Assert.AreEqual(byPath, S3Endpoint.Parse(endpoint)!.AddressesByPath(addressing, bucket));

    [TestMethod]
    public void Settings_become_options()
    {
        var settings = new DriverSettings(new Dictionary<string, string?>
        {
            ["Endpoint"] = "http://h", ["Bucket"] = "images", ["AccessKey"] = "a", ["SecretKey"] = "b", ["Preset"] = "ceph",
            ["CreateNew"] = "look-first", ["Integrity"] = "md5", ["Addressing"] = "virtual", ["CreateBucket"] = "yes", ["ConnectTimeout"] = "3",
        });
        var options = S3DriverOptions.From(settings);
        Assert.IsEmpty(settings.Mistakes);
        Assert.IsEmpty(options.Mistakes());
        Assert.AreEqual("ceph", options.KnownAs.Name);
        Assert.AreEqual(S3CreateNew.LookFirst, options.CreatesBy);
        Assert.AreEqual(S3Integrity.Md5, options.CheckedBy);
        Assert.AreEqual(S3Addressing.Virtual, options.Addressing);
        Assert.IsTrue(options.CreateBucket);
        Assert.AreEqual(TimeSpan.FromSeconds(3), options.ConnectTimeout);
    }

    [TestMethod]
    public void A_setting_that_does_not_fit_is_one_sentence_and_names_the_choices()
    {
        var settings = new DriverSettings(new Dictionary<string, string?> { ["Preset"] = "floppy", ["Integrity"] = "1", ["Nonsense"] = "x" });
        S3DriverOptions.From(settings);
        string[] mistakes = [.. settings.Mistakes];
        Assert.HasCount(3, mistakes);
        Assert.Contains("generic, aws, ceph", string.Join("; ", mistakes));
        Assert.Contains("Sha256, Md5, Crc32", string.Join("; ", mistakes));
    }
}
