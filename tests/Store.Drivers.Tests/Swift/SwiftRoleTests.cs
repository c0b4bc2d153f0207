using System.Globalization;
using GlanceStore.Drivers.Http;

namespace GlanceStore.Drivers.Swift;

/// <summary>The optional roles and the logins, on every server there is.</summary>
[TestClass]
public sealed class SwiftRoleTests
{
    private static readonly byte[] Image = PythonStore.BytesOf(11, 300_000);

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Cancellation => TestContext.CancellationToken;

    [TestMethod]
    [DataRow("swift")]
    [DataRow("keystone")]
    [DataRow("ceph")]
    public async Task A_direct_url_is_read_by_the_http_driver_without_credentials(string name)
    {
        var server = SwiftServer.Of(name).Required();
        (await server.SendAsync(HttpMethod.Post, "", [], ("X-Account-Meta-Temp-URL-Key", "a key"))).EnsureSuccessStatusCode();
        var place = await server.NewPlaceAsync();
        await using var driver = new SwiftDriver(place);
        await using var store = Store(driver);
        var receipt = await PutAsync(store);
        var url = await driver.GetDirectUrlAsync(receipt.Location, TimeSpan.FromMinutes(5), Cancellation);
        Assert.DoesNotContain("a key", Uri.UnescapeDataString(url.ToString()));
        await using var http = new ImageStore("http", new HttpDriver(new HttpDriverOptions { AllowedNetworks = ["loopback"] }));
        await using var stream = await http.OpenReadAsync(http.ParseLocation(url.ToString()), ReadOptions.Verify(receipt), Cancellation);
        CollectionAssert.AreEqual(Image, await AllAsync(stream));
        await server.RemoveAsync(place.Container);
    }

    [TestMethod]
    public async Task A_direct_url_is_good_for_some_time_and_at_most_a_year()
    {
        await using var driver = new SwiftDriver(new SwiftDriverOptions { AuthAddress = "http://127.0.0.1:1/v3", User = "a:b", Key = "k" });
        foreach (var days in new[] { 0, 366 })
        {
            await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(async () =>
                await driver.GetDirectUrlAsync(driver.LocationOf(new ImageId("a")), TimeSpan.FromDays(days), Cancellation));
        }
    }

    [TestMethod]
    [DataRow("swift")]
    [DataRow("keystone")]
    [DataRow("ceph")]
    public async Task A_sweep_removes_segments_without_a_manifest_and_nothing_else(string name)
    {
        var server = SwiftServer.Of(name).Required();
        var place = await server.NewPlaceAsync();
        await using var driver = new SwiftDriver(place);
        await using var store = Store(driver);
        await using var dynamic = Store(new SwiftDriver(place with { Manifest = SwiftManifest.Dlo }));
        var kept = new[] { await PutAsync(store), await PutAsync(dynamic) };
        var held = await server.ListAsync(place.Container);
        var dead = ImageId.New();
        string[] leftovers =
        [
            new SwiftSegments(dead.Value, "0123456789abcdef").NameOf(0), new SwiftSegments(dead.Value, "0123456789abcdef").NameOf(1),
            new SwiftSegments(kept[0].Location.Uri.Split('/')[^1], "0123456789abcdef").NameOf(0), $"{dead}-00001", $"{dead}-00002",
        ];
        foreach (var leftover in leftovers.Append("image-00001"))
        {
            await server.PutAsync($"/{place.Container}/{leftover}", [1, 2, 3]);
        }

        Assert.IsEmpty(await driver.SweepAsync(DateTimeOffset.UtcNow.AddHours(-1), SweepMode.Remove, Cancellation).ToListAsync(Cancellation), "They are young.");
        Assert.HasCount(3, await driver.SweepAsync(DateTimeOffset.MaxValue, SweepMode.DryRun, Cancellation).ToListAsync(Cancellation));
        var swept = await driver.SweepAsync(DateTimeOffset.MaxValue, SweepMode.Remove, Cancellation).ToListAsync(Cancellation);
        Assert.AreEqual(15, swept.Sum(leftover => leftover.SizeBytes));
        CollectionAssert.AreEquivalent(held.Append("image-00001").ToArray(), (await server.ListAsync(place.Container)).ToArray());
        foreach (var receipt in kept)
        {
            await using var stream = await store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt), Cancellation);
            CollectionAssert.AreEqual(Image, await AllAsync(stream));
        }

        await server.RemoveAsync(place.Container);
    }

    [TestMethod]
    [DataRow("swift")]
    [DataRow("ceph")]
    public async Task A_dynamic_large_object_that_misses_a_segment_is_an_error_and_not_a_short_image(string name)
    {
        var server = SwiftServer.Of(name).Required();
        var place = await server.NewPlaceAsync() with { Manifest = SwiftManifest.Dlo };
        await using var store = Store(new SwiftDriver(place));
        var receipt = await PutAsync(store);
        var last = (await server.ListAsync(place.Container)).Order(StringComparer.Ordinal).Last();
        await server.SendAsync(HttpMethod.Delete, $"/{place.Container}/{last}");
        await AssertFailsAsync(StoreError.Corrupted, () => store.FindAsync(receipt.Location, Cancellation));
        await AssertFailsAsync(StoreError.Corrupted, () => store.OpenReadAsync(receipt.Location, null, Cancellation));
        Assert.IsTrue(await store.DeleteAsync(receipt.Location, cancellationToken: Cancellation));
        Assert.IsEmpty(await server.ListAsync(place.Container));
        await server.RemoveAsync(place.Container);
    }

    [TestMethod]
    public async Task A_static_large_object_of_another_program_is_replaced_and_deleted_with_its_segments()
    {
        var server = SwiftServer.TempAuth.Required();
        var place = await server.NewPlaceAsync();
        await using var store = Store(new SwiftDriver(place));
        var id = ImageId.New();
        foreach (var verb in new[] { "replace", "delete" })
        {
            await server.PutAsync($"/{place.Container}/{id}_parts/1", [1, 2, 3]);
            var manifest = string.Create(CultureInfo.InvariantCulture, $$"""[{"path":"/{{place.Container}}/{{id}}_parts/1"}]""");
            await server.PutAsync($"/{place.Container}/{id}?multipart-manifest=put", System.Text.Encoding.UTF8.GetBytes(manifest));
            if (verb == "replace")
            {
                await store.PutAsync(id, new MemoryStream(Image), new PutOptions { Mode = WriteMode.Replace }, Cancellation);
            }

            Assert.IsTrue(await store.DeleteAsync(store.LocationOf(id), cancellationToken: Cancellation));
            Assert.IsEmpty(await server.ListAsync(place.Container), verb);
        }

        await server.RemoveAsync(place.Container);
    }

    [TestMethod]
    [DataRow("swift")]
    [DataRow("keystone")]
    [DataRow("ceph")]
    public async Task A_wrong_password_is_NotAuthenticated(string name)
    {
        var place = SwiftServer.Of(name).Required().Account;
        await using var store = Store(new SwiftDriver(place with { Key = "wrong-s3cret" }));
        var error = await AssertFailsAsync(StoreError.NotAuthenticated, () => PutAsync(store));
        Assert.DoesNotContain("wrong-s3cret", error.ToString());
    }

    [TestMethod]
    [DataRow("other:demo", StoreError.NotAuthenticated)]
    [DataRow("unknown:demo", StoreError.NotAuthenticated)]
    public async Task A_wrong_project_is_an_error_of_its_own(string user, StoreError code)
    {
        await using var store = Store(new SwiftDriver(SwiftServer.Keystone.Required().Account with { User = user }));
        await AssertFailsAsync(code, () => PutAsync(store));
    }

    [TestMethod]
    public async Task A_reader_may_not_write()
    {
        await using var store = Store(new SwiftDriver(SwiftServer.Keystone.Required().Account with { User = "demo:nopriv", Key = "noprivpass", CreateContainer = true }));
        await AssertFailsAsync(StoreError.AccessDenied, () => PutAsync(store));
    }

    [TestMethod]
    public async Task A_region_without_a_Swift_is_a_mistake_of_the_settings()
    {
        await using var store = Store(new SwiftDriver(SwiftServer.Keystone.Required().Account with { Region = "Elsewhere" }));
        Assert.Contains("Elsewhere", (await AssertFailsAsync(StoreError.InvalidConfiguration, () => PutAsync(store))).Message);
    }

    [TestMethod]
    public async Task An_application_credential_opens_the_store()
    {
        var server = SwiftServer.Keystone.Required();
        var place = await server.NewPlaceAsync();
        var (id, secret) = await KeystoneLogIn.NewApplicationCredentialAsync(place.AuthAddress, "demo", place.Key!, "demo");
        await using var store = Store(new SwiftDriver(place with { User = null, Key = null, ApplicationCredentialId = id, ApplicationCredentialSecret = secret }));
        var receipt = await PutAsync(store);
        Assert.IsTrue(await store.DeleteAsync(receipt.Location, cancellationToken: Cancellation));
        await server.RemoveAsync(place.Container);
    }

    [TestMethod]
    [DataRow(SwiftAuthVersion.TempAuth)]
    [DataRow(SwiftAuthVersion.Keystone)]
    public async Task A_login_that_is_down_is_a_passing_error(SwiftAuthVersion version)
    {
        await using var store = Store(new SwiftDriver(new SwiftDriverOptions { AuthAddress = "http://127.0.0.1:1/v3", AuthVersion = version, User = "a:b", Key = "k" }));
        Assert.IsTrue((await AssertFailsAsync(StoreError.Unavailable, () => PutAsync(store))).IsTransient);
    }

    [TestMethod]
    public async Task A_Swift_that_is_down_is_a_passing_error()
    {
        await using var store = Store(new SwiftDriver(SwiftServer.TempAuth.Required().Account with { Endpoint = "http://127.0.0.1:1/v1/AUTH_test" }));
        Assert.IsTrue((await AssertFailsAsync(StoreError.Unavailable, () => PutAsync(store))).IsTransient);
    }

    [TestMethod]
    [DataRow("swift")]
    [DataRow("ceph")]
    public async Task A_container_that_is_missing_is_no_missing_image(string name)
    {
        var server = SwiftServer.Of(name).Required();
        var place = server.Account with { Container = $"missing-{Guid.NewGuid():N}" };
        await using var store = Store(new SwiftDriver(place));
        var location = store.LocationOf(ImageId.New());
        Assert.Contains("CreateContainer", (await AssertFailsAsync(StoreError.InvalidConfiguration, () => PutAsync(store))).Message);
        await AssertFailsAsync(StoreError.InvalidConfiguration, () => store.FindAsync(location, Cancellation));
        await AssertFailsAsync(StoreError.InvalidConfiguration, () => store.DeleteAsync(location, cancellationToken: Cancellation));
        await using var making = Store(new SwiftDriver(place with { CreateContainer = true }));
        await PutAsync(making);
        await server.RemoveAsync(place.Container);
    }

    [TestMethod]
    public async Task A_quota_that_is_reached_is_OutOfSpace_and_nothing_stays()
    {
        var server = SwiftServer.TempAuth.Required();
        var place = await server.NewPlaceAsync();
        (await server.SendAsync(HttpMethod.Post, "/" + place.Container, [], ("X-Container-Meta-Quota-Bytes", "50000"))).EnsureSuccessStatusCode();
        await using var store = Store(new SwiftDriver(place));
        await AssertFailsAsync(StoreError.OutOfSpace, () => PutAsync(store));
        Assert.IsEmpty(await server.ListAsync(place.Container));
        await server.RemoveAsync(place.Container);
    }

    private static ImageStore Store(SwiftDriver driver) => new("swift", driver, new ImageStoreOptions { ChunkBytes = 100_000, RetryDelay = TimeSpan.Zero });

    private Task<ImageReceipt> PutAsync(ImageStore store) => store.PutAsync(ImageId.New(), new MemoryStream(Image), null, Cancellation);

    private async Task<byte[]> AllAsync(Stream stream)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, Cancellation);
        return bytes.ToArray();
    }

    private static async Task<StoreException> AssertFailsAsync(StoreError error, Func<Task> action)
    {
        var failure = await Assert.ThrowsExactlyAsync<StoreException>(action);
        Assert.AreEqual(error, failure.Error, failure.Message);
        return failure;
    }
}
