using System.Security.Cryptography;
using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Http.Tests;

/// <summary>What nginx does, right or wrong, and what a store makes of it.</summary>
[TestClass]
public sealed class NginxTests
{
    private static readonly byte[] Image = Drivers.Image(1_000_000);
    private static readonly ReadOptions Verified = new() { ExpectedDigests = [new Digest("sha512", Convert.ToHexStringLower(SHA512.HashData(Image)))] };

    private readonly string _name = $"image-{Guid.NewGuid():N}";

    private static NginxServer Server => NginxServer.Running!;

    [TestInitialize]
    public async Task StartAsync()
    {
        if (NginxServer.SkipReason is { } reason)
        {
            SkippedServers.Skip(NginxServer.Name, reason);
        }

        await File.WriteAllBytesAsync(Path.Combine(Server.Root, _name), Image);
    }

    [TestCleanup]
    public void Stop()
    {
        if (NginxServer.Running is not null)
        {
            File.Delete(Path.Combine(Server.Root, _name));
        }
    }

    [TestMethod]
    [DataRow("images")]
    [DataRow("norange")]
    [DataRow("noetag")]
    [DataRow("moved")]
    public async Task A_whole_image_is_read_verified(string place)
    {
        await using var store = NewStore();
        CollectionAssert.AreEqual(Image, await ReadAsync(store, Server.Url, place));
    }

    [TestMethod]
    public async Task A_redirect_to_TLS_is_followed_to_the_own_authority()
    {
        await using var store = NewStore();
        CollectionAssert.AreEqual(Image, await ReadAsync(store, Server.Url, "secure"));
    }

    [TestMethod]
    [DoNotParallelize]
    public async Task TLS_speaks_HTTP_2_and_plain_HTTP_speaks_HTTP_1_1()
    {
        using var plain = new ConnectionMeter(new Uri(Server.Url).Port);
        using var secure = new ConnectionMeter(new Uri(Server.TlsUrl).Port);
        await using var store = NewStore();
        await ReadAsync(store, Server.TlsUrl, "images");
        await ReadAsync(store, Server.Url, "images");
        Assert.AreEqual("2", string.Join(' ', secure.Versions));
        Assert.AreEqual("1.1", string.Join(' ', plain.Versions));
    }

    [TestMethod]
    public async Task An_authority_that_is_not_configured_is_not_trusted()
    {
        await using var store = new ImageStore("web", new HttpDriver(Drivers.Loopback));
        var e = await Drivers.FailsAsync(StoreError.Unavailable, () => ReadAsync(store, Server.TlsUrl, "images"));
        Assert.AreEqual((false, 1), (e.IsTransient, e.Attempts));
    }

    [TestMethod]
    public async Task Credentials_open_what_is_closed_without_them()
    {
        await using var store = NewStore();
        await Drivers.FailsAsync(StoreError.NotAuthenticated, () => ReadAsync(store, Server.Url, "auth"));
        await Drivers.FailsAsync(StoreError.NotAuthenticated, () =>
            ReadAsync(store, Server.Url.Replace("://", "://user:wrong@", StringComparison.Ordinal), "auth"));
        CollectionAssert.AreEqual(Image, await ReadAsync(store, Server.Url.Replace("://", "://user:secret@", StringComparison.Ordinal), "auth"));
        await using var configured = NewStore(options => options with { Credentials = [HttpCredential.Basic(Server.Url, "user", "secret")] });
        CollectionAssert.AreEqual(Image, await ReadAsync(configured, Server.Url, "auth"));
    }

    [TestMethod]
    public async Task A_body_that_breaks_off_every_100_KB_is_read_to_its_end_and_verified()
    {
        await using var store = NewStore(retries: 20);
        CollectionAssert.AreEqual(Image, await ReadAsync(store, Server.Url, "cut"));
    }

    [TestMethod]
    public async Task A_server_without_ranges_gives_whole_images_and_refuses_a_range_before_any_byte()
    {
        await using var driver = new HttpDriver(Drivers.Loopback);
        var uri = $"{Server.Url}/norange/{_name}";
        await Drivers.FailsAsync(StoreError.Unsupported, () => driver.ReadAllAsync(uri, new ByteRange(999_990)));
        CollectionAssert.AreEqual(Image, await driver.ReadAllAsync(uri));
        Assert.AreEqual(Image.Length, (await driver.FindAsync(uri))!.Size);
    }

    [TestMethod]
    public async Task An_image_of_unknown_size_is_refused()
    {
        await using var store = NewStore();
        await Drivers.FailsAsync(StoreError.Unsupported, () => ReadAsync(store, Server.Url, "nolength"));
        await Drivers.FailsAsync(StoreError.Unsupported, () => store.FindAsync(store.ParseLocation($"{Server.Url}/nolength/{_name}")));
    }

    [TestMethod]
    public async Task A_slow_server_is_read_as_slowly_and_left_at_once()
    {
        await using var store = NewStore();
        using var cancel = new CancellationTokenSource();
        await using var stream = await store.OpenReadAsync(store.ParseLocation($"{Server.Url}/slow/{_name}"), cancellationToken: cancel.Token);
        var read = stream.ReadExactlyAsync(new byte[Image.Length], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => read.WaitAsync(Drivers.BeforeLong, TimeProvider.System));
    }

    [TestMethod]
    public async Task A_busy_server_says_when_to_come_back()
    {
        await using var driver = new HttpDriver(Drivers.Loopback);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ErrorOfAsync(() => driver.FindAsync($"{Server.Url}/busy/{_name}").AsTask())));
        var busy = answers.FirstOrDefault(error => error is not null);
        Assert.AreEqual((StoreError.Throttled, true, TimeSpan.FromSeconds(1)), (busy!.Error, busy.IsTransient, busy.RetryAfter));
    }

    [TestMethod]
    public async Task A_loop_a_missing_image_and_a_closed_connection_are_each_their_own_error()
    {
        await using var driver = new HttpDriver(Drivers.Loopback);
        StringAssert.Contains((await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync($"{Server.Url}/loop"))).Message, "MaxRedirects");
        await Drivers.FailsAsync(StoreError.NotFound, () => driver.ReadAllAsync($"{Server.Url}/images/none"));
        Assert.IsTrue((await Drivers.FailsAsync(StoreError.Unavailable, () => driver.ReadAllAsync($"{Server.Url}/drop"))).IsTransient);
    }

    [TestMethod]
    public async Task Two_thousand_reads_leave_the_number_of_connections_flat()
    {
        await using var driver = new HttpDriver(Drivers.Loopback);
        var serials = new HashSet<string>();
        for (var i = 0; i < 2000; i++)
        {
            serials.Add(System.Text.Encoding.ASCII.GetString(await driver.ReadAllAsync($"{Server.Url}/serial")));
        }

        // nginx closes a connection after 1,000 requests.
        Assert.IsLessThanOrEqualTo(3, serials.Count);
    }

    [TestMethod]
    [DoNotParallelize]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Eight_readers_side_by_side_hold_no_more_connections_than_they_are_and_leave_none(bool tls)
    {
        var url = tls ? Server.TlsUrl : Server.Url;
        using var connections = new ConnectionMeter(new Uri(url).Port);

        // Through the front: nginx ends a connection after 1,000 requests, and one that is on its way just then is made again.
        await using (var store = NewStore(retries: 5))
        {
            var options = new ReadOptions { Range = new ByteRange(5, 1000) };
            await Parallel.ForAsync(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, token) =>
            {
                await using var stream = await store.OpenReadAsync(store.ParseLocation($"{url}/images/{_name}"), options, token);
                await stream.ReadExactlyAsync(new byte[1000], token);
            });
            Assert.IsLessThanOrEqualTo(8, connections.Most);
            Assert.IsGreaterThan(0, connections.Most);
        }

        Assert.AreEqual(0, connections.Open);
    }

    private static ImageStore NewStore(Func<HttpDriverOptions, HttpDriverOptions>? configure = null, int retries = 1)
    {
        var options = Drivers.Loopback with { CaFile = Server.CaFile };
        return new ImageStore("web", new HttpDriver(configure?.Invoke(options) ?? options),
            new ImageStoreOptions { MaxAttempts = retries, RetryDelay = TimeSpan.Zero });
    }

    private async Task<byte[]> ReadAsync(ImageStore store, string server, string place)
    {
        await using var stream = await store.OpenReadAsync(store.ParseLocation($"{server}/{place}/{_name}"), Verified);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        Assert.AreEqual(ReadVerification.Digest, stream.Verdict.Verification);
        return all.ToArray();
    }

    private static async Task<StoreException?> ErrorOfAsync(Func<Task> body)
    {
        try
        {
            await body();
            return null;
        }
        catch (StoreException e)
        {
            return e;
        }
    }
}
