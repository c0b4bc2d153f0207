namespace GlanceStore.Drivers.Sftp;

[TestClass]
public sealed class LoginTests
{
    private const string Canary = "c4nary-s3cret";

    [TestMethod]
    public async Task A_key_with_a_passphrase_logs_in() => await ExpectAsync(SftpServer.Key("client-encrypted", "pass phrase"));

    [TestMethod]
    public async Task A_key_with_a_certificate_logs_in() =>
        await ExpectAsync(SftpServer.Key("client-certified") with { CertificateFile = SftpServer.Conf("client-certified-cert.pub") });

    [TestMethod]
    public async Task A_password_logs_in() => await ExpectAsync(new SftpCredential { Password = RequiredPassword() });

    [TestMethod]
    public async Task Methods_are_tried_in_order_until_one_is_accepted() =>
        await ExpectAsync(new SftpCredential { Password = Canary }, SftpServer.Key("client-other"), SftpServer.Key("client"));

    [TestMethod]
    public async Task A_wrong_password_is_NotAuthenticated_and_not_repeated_and_never_shown()
    {
        var error = await RefusedAsync(options => options with { Credentials = [new SftpCredential { Password = Canary }] });
        Assert.AreEqual(StoreError.NotAuthenticated, error.Error);
        Assert.IsFalse(error.IsTransient);
        Assert.AreEqual(1, error.Attempts);
        Assert.DoesNotContain(Canary, error.ToString());
    }

    [TestMethod]
    public async Task A_key_the_server_does_not_know_is_NotAuthenticated()
    {
        var error = await RefusedAsync(options => options with { Credentials = [SftpServer.Key("client-other")] });
        Assert.AreEqual(StoreError.NotAuthenticated, error.Error);
    }

    [TestMethod]
    public async Task A_host_key_that_is_not_known_is_refused_and_its_fingerprint_told()
    {
        var empty = Path.GetTempFileName();
        try
        {
            var error = await RefusedAsync(options => options with { KnownHostsFile = empty });
            Assert.AreEqual(StoreError.Unavailable, error.Error);
            Assert.IsFalse(error.IsTransient);
            Assert.Contains("SHA256:", error.Message);
            Assert.Contains("not known", error.Message);
        }
        finally
        {
            File.Delete(empty);
        }
    }

    [TestMethod]
    public async Task A_host_key_that_was_changed_is_refused_even_where_unknown_ones_are_accepted()
    {
        var error = await RefusedAsync(options => options with { KnownHostsFile = SftpServer.Conf("known_hosts_changed"), AcceptUnknownHostKey = true });
        Assert.AreEqual(StoreError.Unavailable, error.Error);
        Assert.IsFalse(error.IsTransient);
        Assert.Contains("known by another", error.Message);
    }

    [TestMethod]
    public async Task A_pinned_fingerprint_that_is_another_is_refused()
    {
        var error = await RefusedAsync(options => options with { KnownHostsFile = null, HostKeyFingerprints = ["SHA256:" + new string('A', 43)] });
        Assert.Contains("known by another", error.Message);
    }

    [TestMethod]
    public async Task An_unknown_host_key_is_accepted_where_the_options_say_so()
    {
        await using var place = SftpPlace.New();
        await using var driver = new SftpDriver(place.Options() with { KnownHostsFile = null, AcceptUnknownHostKey = true });
        Assert.IsNull(await driver.FindAsync(driver.LocationOf(new ImageId("a")), default));
    }

    [TestMethod]
    public async Task The_fingerprint_of_the_servers_key_is_enough()
    {
        await using var place = SftpPlace.New();
        var key = Convert.FromBase64String((await File.ReadAllTextAsync(SftpServer.Conf("host.pub"))).Split(' ')[1]);
        var fingerprint = "SHA256:" + Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(key)).TrimEnd('=');
        await using var driver = new SftpDriver(place.Options() with { KnownHostsFile = null, HostKeyFingerprints = [fingerprint] });
        Assert.IsNull(await driver.FindAsync(driver.LocationOf(new ImageId("a")), default));
    }

    [TestMethod]
    public async Task The_server_is_asked_for_the_type_of_key_it_is_known_by()
    {
        await using var place = SftpPlace.New();
        var onlyRsa = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(onlyRsa, File.ReadLines(SftpServer.KnownHosts).Where(line => line.Contains("ssh-rsa", StringComparison.Ordinal)));
            await using var driver = new SftpDriver(place.Options() with { KnownHostsFile = onlyRsa });
            Assert.IsNull(await driver.FindAsync(driver.LocationOf(new ImageId("a")), default));
        }
        finally
        {
            File.Delete(onlyRsa);
        }
    }

    [TestMethod]
    public async Task A_server_that_is_not_there_is_Unavailable_for_now()
    {
        var error = await RefusedAsync(options => options with { Port = 1 });
        Assert.AreEqual(StoreError.Unavailable, error.Error);
        Assert.IsTrue(error.IsTransient);
    }

    private static string RequiredPassword()
    {
        SftpServer.Require();
        if (SftpServer.Password.Length == 0)
        {
            Assert.Inconclusive("Only root can make a user with a password.");
        }

        return SftpServer.Password;
    }

    private static async Task ExpectAsync(params SftpCredential[] credentials)
    {
        await using var place = SftpPlace.New();
        await using var driver = new SftpDriver(place.Options() with { Credentials = credentials });
        Assert.IsNull(await driver.FindAsync(driver.LocationOf(new ImageId("a")), default));
    }

    private static async Task<StoreException> RefusedAsync(Func<SftpDriverOptions, SftpDriverOptions> change)
    {
        await using var place = SftpPlace.New();
        await using var driver = new SftpDriver(change(place.Options()));
        return await Assert.ThrowsExactlyAsync<StoreException>(async () => await driver.FindAsync(driver.LocationOf(new ImageId("a")), default));
    }
}
