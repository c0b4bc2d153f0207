namespace GlanceStore.Drivers.Swift;

[TestClass]
public sealed class SwiftOptionsTests
{
    private const string Canary = "c4nary-s3cret";

    private static readonly SwiftDriverOptions Right = new() { AuthAddress = "https://keystone.example.org:5000/v3", User = "services:glance", Key = Canary };

    [TestMethod]
    public void Every_mistake_is_listed_at_once_and_no_secret_is()
    {
        var wrong = new SwiftDriverOptions
        {
            AuthAddress = "keystone",
            User = "glance",
            Key = Canary,
            Container = "a/b",
            ContainersSeed = 33,
            DefaultReference = "a b",
            Endpoint = "::",
            MaxParallelSegments = 0,
            MaxSegments = 0,
            ConnectTimeout = TimeSpan.Zero,
            RenewBefore = TimeSpan.FromSeconds(-1),
            CaBundle = "/nowhere.pem",
        };
        var error = Assert.ThrowsExactly<StoreException>(() => new SwiftDriver(wrong));
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        string[] named = ["AuthAddress", "User", "Container", "ContainersSeed", "DefaultReference", "Endpoint", "MaxParallelSegments", "MaxSegments",
            "ConnectTimeout", "RenewBefore", "CaBundle"];
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
        var error = Assert.ThrowsExactly<StoreException>(() => new SwiftDriver(Right with { ConnectTimeout = TimeSpan.FromDays(days) }));
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        Assert.Contains("'ConnectTimeout'", error.Message);
    }

    [TestMethod]
    public void Options_render_without_their_secrets()
    {
        Assert.DoesNotContain(Canary, Right.ToString());
        Assert.DoesNotContain(Canary, Right.References()["ref1"]!.ToString());
    }

    [TestMethod]
    public void A_user_and_a_key_or_an_application_credential_is_needed_and_whole()
    {
        Assert.IsEmpty(Right.Mistakes());
        Assert.IsEmpty((Right with { User = null, Key = null, ApplicationCredentialId = "i", ApplicationCredentialSecret = Canary }).Mistakes());
        Assert.HasCount(1, (Right with { Key = null }).Mistakes());
        Assert.HasCount(1, (Right with { User = null, Key = null, ApplicationCredentialId = "i" }).Mistakes().Where(m => m.Contains("ApplicationCredentialSecret", StringComparison.Ordinal)));
        Assert.HasCount(1, (Right with { AuthVersion = SwiftAuthVersion.TempAuth, ApplicationCredentialId = "i", ApplicationCredentialSecret = Canary }).Mistakes());
        Assert.IsEmpty((Right with { AuthVersion = SwiftAuthVersion.TempAuth, User = "tester" }).Mistakes());
    }

    [TestMethod]
    public void Many_tenants_exclude_a_file_of_accounts_and_a_seed()
    {
        var tenants = new SwiftDriverOptions { MultiTenant = true, AuthAddress = Right.AuthAddress };
        Assert.IsEmpty(tenants.Mistakes());
        Assert.HasCount(3, (tenants with { ConfigFile = "/x", ContainersSeed = 3, LegacyUris = true }).Mistakes());
        Assert.HasCount(1, (tenants with { AuthAddress = "" }).Mistakes());
    }

    [TestMethod]
    public void Settings_are_read_as_glance_writes_them()
    {
        var settings = new DriverSettings(new Dictionary<string, string?>
        {
            ["AuthAddress"] = "http://h/auth/v1.0",
            ["AuthVersion"] = "1",
            ["User"] = "t:u",
            ["Key"] = "k",
            ["Interface"] = "internalURL",
            ["Manifest"] = "dlo",
            ["ContainersSeed"] = "3",
            ["RenewBefore"] = "30",
            ["AdminTenants"] = "a, b",
            ["MaxParallelSegments"] = "8",
        });
        var options = SwiftDriverOptions.From(settings);
        Assert.IsEmpty(settings.Mistakes);
        Assert.AreEqual(
            (SwiftAuthVersion.TempAuth, SwiftInterface.Internal, SwiftManifest.Dlo, 3, TimeSpan.FromSeconds(30), 8, "a b"),
            (options.AuthVersion, options.Interface, options.Manifest, options.ContainersSeed, options.RenewBefore, options.MaxParallelSegments, string.Join(' ', options.AdminTenants)));
    }

    [TestMethod]
    public void Settings_that_do_not_fit_are_mistakes()
    {
        var settings = new DriverSettings(new Dictionary<string, string?>
        {
            ["AuthVersion"] = "2", ["Interface"] = "x", ["Manifest"] = "x", ["ContainersSeed"] = "33", ["Containers"] = "x",
        });
        SwiftDriverOptions.From(settings);
        Assert.HasCount(5, settings.Mistakes);
    }

    [TestMethod]
    [DataRow("[ref1]\nauth_address = http://h/v3\nuser = p:u\nkey = k", "")]
    [DataRow("# a comment\n[ref1]\nauth_address: http://h/v3\nuser = 'p:u'\nkey = \"k=v\"\n[bad]\nkey = \"open", "")]
    [DataRow("[ref1]\nauth_address = http://h/v3\nuser = p:u\nkey = \"c4nary-s3cret", "quotes around 'key'")]
    [DataRow("[ref1]\nauth_address = http://h/v3\nuser = p:u", "User")]
    [DataRow("[ref1]\nauth_address = http://h/v3\nuser = u\nkey = c4nary-s3cret", "User")]
    [DataRow("[ref1]\nuser = p:u\nkey = c4nary-s3cret", "AuthAddress")]
    [DataRow("[ref1]\nauth_address = http://h/v3\napplication_credential_id = i", "ApplicationCredentialSecret")]
    [DataRow("[ref2]\nauth_address = http://h/v3\nuser = p:u\nkey = k", "no section [ref1]")]
    [DataRow("[ref1]\nc4nary-s3cret\nauth_address = http://h/v3\nuser = p:u\nkey = k", "NAME = VALUE")]
    public void A_bad_section_of_the_file_of_accounts_is_named_and_its_secrets_are_not(string text, string named) => WithFile(text, path =>
    {
        var mistakes = new SwiftDriverOptions { ConfigFile = path }.Mistakes();
        if (named.Length == 0)
        {
            Assert.IsEmpty(mistakes, string.Join('\n', mistakes));
            return;
        }

        Assert.IsNotEmpty(mistakes);
        Assert.Contains("[ref1]", mistakes[0]);
        Assert.Contains(named, mistakes[0]);
        Assert.DoesNotContain(Canary, string.Join('\n', mistakes));
    });

    [TestMethod]
    public void A_location_of_a_bad_section_says_which() => WithFile("[ref1]\nauth_address = http://h/v3\nuser = p:u\nkey = k\n[old]\nuser = x", path =>
    {
        var driver = new SwiftDriver(new SwiftDriverOptions { ConfigFile = path });
        var error = Assert.ThrowsExactly<StoreException>(() => driver.ParseLocation("swift+config://old/glance/a"));
        Assert.AreEqual(StoreError.InvalidLocation, error.Error);
        Assert.Contains("[old]", error.Message);
    });

    [TestMethod]
    public void A_legacy_uri_of_an_account_without_a_user_is_Unsupported() => WithFile(
        "[ref1]\nauth_address = http://h/v3\napplication_credential_id = i\napplication_credential_secret = c4nary-s3cret", path =>
        {
            var driver = new SwiftDriver(new SwiftDriverOptions { ConfigFile = path, LegacyUris = true });
            var error = Assert.ThrowsExactly<StoreException>(() => driver.LegacyUriOf(driver.LocationOf(new ImageId("a"))));
            Assert.AreEqual(StoreError.Unsupported, error.Error);
            Assert.DoesNotContain(Canary, error.ToString());
        });

    [TestMethod]
    [DataRow("/nowhere/swift.conf")]
    [DataRow("")]
    [DataRow("/no\0where")]
    public void A_file_of_accounts_that_is_not_there_is_a_mistake(string path) =>
        Assert.HasCount(1, new SwiftDriverOptions { ConfigFile = path }.Mistakes());

    private static void WithFile(string text, Action<string> body)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, text);
        try
        {
            body(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
