namespace GlanceStore.Drivers.Sftp;

[TestClass]
public sealed class OptionsTests
{
    private const string Canary = "c4nary-s3cret";

    private static readonly SftpDriverOptions Right = new()
    {
        Host = "images.example.org",
        Username = "glance",
        Directory = "/srv/images",
        Credentials = [new SftpCredential { Password = Canary }],
        AcceptUnknownHostKey = true,
    };

    [TestMethod]
    public void Every_mistake_is_listed_at_once_and_no_secret_is()
    {
        var wrong = new SftpDriverOptions
        {
            Host = "a b",
            Port = 0,
            Directory = "images",
            Credentials = [new SftpCredential { Password = Canary, PrivateKeyFile = "/nowhere" }, new SftpCredential { Password = Canary, Passphrase = Canary }],
            HostKeyFingerprints = ["MD5:aa"],
            KnownHostsFile = "/nowhere",
            MaxConnections = 0,
            MaxRequests = 0,
            ConnectTimeout = TimeSpan.Zero,
            KeepAlive = TimeSpan.FromSeconds(-1),
            FileMode = (UnixFileMode)4095,
        };
        var error = Assert.ThrowsExactly<StoreException>(() => new SftpDriver(wrong));
        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        string[] named = ["Host", "Port", "Username", "Directory", "Credentials", "HostKeyFingerprints", "KnownHostsFile", "MaxConnections", "MaxRequests",
            "ConnectTimeout", "KeepAlive", "FileMode"];
        foreach (var name in named)
        {
            Assert.Contains($"'{name}'", error.Message);
        }

        Assert.DoesNotContain(Canary, error.ToString());
    }

    [TestMethod]
    public void A_store_that_could_know_no_server_is_a_mistake() =>
        Assert.Contains("HostKeyFingerprints", string.Join("; ", (Right with { AcceptUnknownHostKey = false }).Mistakes()));

    [TestMethod]
    [DataRow("/", true)]
    [DataRow("/srv/images", true)]
    [DataRow("/srv/my images/", true)]
    [DataRow("srv", false)]
    [DataRow("/srv/../etc", false)]
    [DataRow("/srv//images", false)]
    [DataRow("/srv/.", false)]
    [DataRow("", false)]
    public void The_directory_is_an_absolute_path(string directory, bool right) =>
        Assert.AreEqual(right, (Right with { Directory = directory }).Mistakes().Count == 0);

    [TestMethod]
    public void Options_render_without_their_secrets()
    {
        Assert.DoesNotContain(Canary, Right.ToString());
        Assert.DoesNotContain(Canary, Right.Credentials[0].ToString());
        Assert.DoesNotContain(Canary, new SftpCredential { PrivateKeyFile = "k", Passphrase = Canary }.ToString());
    }

    [TestMethod]
    public void Settings_become_options_and_the_key_comes_before_the_password()
    {
        var settings = new DriverSettings(new Dictionary<string, string?>
        {
            ["Host"] = "h", ["Port"] = "2022", ["Username"] = "u", ["Directory"] = "/d", ["Password"] = "p", ["PrivateKeyFile"] = "k", ["Passphrase"] = "s",
            ["Credentials:0:PrivateKeyFile"] = "l", ["Credentials:0:CertificateFile"] = "c", ["HostKeyFingerprints"] = "SHA256:a, SHA256:b",
            ["AcceptUnknownHostKey"] = "yes", ["MaxConnections"] = "2", ["MaxRequests"] = "32", ["ConnectTimeout"] = "3", ["KeepAlive"] = "0", ["FileMode"] = "640",
        });
        var options = SftpDriverOptions.From(settings);
        Assert.IsEmpty(settings.Mistakes);
        Assert.AreEqual(2022, options.Port);
        Assert.HasCount(3, options.Credentials);
        Assert.AreEqual(new SftpCredential { PrivateKeyFile = "k", Passphrase = "s" }, options.Credentials[0]);
        Assert.AreEqual(new SftpCredential { Password = "p" }, options.Credentials[1]);
        Assert.AreEqual(new SftpCredential { PrivateKeyFile = "l", CertificateFile = "c" }, options.Credentials[2]);
        Assert.HasCount(2, options.HostKeyFingerprints);
        Assert.IsTrue(options.AcceptUnknownHostKey);
        Assert.AreEqual(TimeSpan.Zero, options.KeepAlive);
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, options.FileMode);
    }

    [TestMethod]
    public void A_setting_that_does_not_fit_is_one_sentence()
    {
        var settings = new DriverSettings(new Dictionary<string, string?> { ["FileMode"] = "999", ["MaxRequests"] = "49", ["Nonsense"] = "x" });
        SftpDriverOptions.From(settings);
        Assert.HasCount(3, settings.Mistakes.ToArray());
    }

    [TestMethod]
    public void A_mode_is_handed_to_the_library_as_its_octal_digits() =>
        Assert.AreEqual((short)640, SftpStore.OctalDigits(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead));
}
