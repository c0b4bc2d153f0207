using GlanceStore.Conformance;

namespace GlanceStore.Drivers.S3;

/// <summary>Ceph behind a certificate of an authority that nobody knows.</summary>
[TestClass]
public sealed class S3TlsTests
{
    private readonly TestAuthority _authority = new();

    public TestContext TestContext { get; set; } = null!;

    [TestInitialize]
    public void SkipWithoutCeph()
    {
        if (S3Server.Ceph.SkipReason is { } reason)
        {
            SkippedServers.Skip(S3Server.Ceph.Name, reason);
        }
    }

    [TestCleanup]
    public void Forget() => _authority.Dispose();

    [TestMethod]
    public async Task A_server_of_an_unknown_authority_is_refused_and_the_error_says_what_to_set()
    {
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => PutAndReadAsync(options => options));
        Assert.AreEqual(StoreError.Unavailable, e.Error);
        Assert.IsFalse(e.IsTransient);
        Assert.Contains("CaBundle", e.Message);
    }

    [TestMethod]
    public Task A_ca_bundle_makes_its_servers_trusted() => PutAndReadAsync(options => options with { CaBundle = _authority.File });

    [TestMethod]
    public Task No_certificate_is_checked_where_the_options_say_so() => PutAndReadAsync(options => options with { CheckCertificate = false });

    private async Task PutAndReadAsync(Func<S3DriverOptions, S3DriverOptions> change)
    {
        await using var front = new TlsFront(S3Server.Ceph.Endpoint, _authority.Server);
        var place = await S3Server.Ceph.NewPlaceAsync();
        await using var store = new ImageStore("s", new S3Driver(change(place with { Endpoint = front.Endpoint })));
        var image = new byte[300_000];
        new Random(1).NextBytes(image);
        var receipt = await store.PutAsync(ImageId.New(), new MemoryStream(image), null, TestContext.CancellationToken);
        Assert.StartsWith("s3+https://localhost:", receipt.Location.Uri);
        await using var stream = await store.OpenReadAsync(receipt.Location, null, TestContext.CancellationToken);
        var read = new byte[image.Length];
        await stream.ReadExactlyAsync(read, TestContext.CancellationToken);
        CollectionAssert.AreEqual(image, read);
        Assert.IsTrue(await store.DeleteAsync(receipt.Location, cancellationToken: TestContext.CancellationToken));
    }
}
