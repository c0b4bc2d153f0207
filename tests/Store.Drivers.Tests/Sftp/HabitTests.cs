using GlanceStore.Conformance;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.Drivers.Sftp;

/// <summary>Servers that do otherwise than OpenSSH where the protocol leaves it open.</summary>
[TestClass]
public sealed class HabitTests
{
    private static readonly ImageId Id = new("image");
    private static readonly byte[] Large = SftpPlace.Bytes(20 << 20);
    private static readonly byte[] Small = SftpPlace.Bytes(300_000);

    [TestMethod]
    [DataRow("truncates")]
    [DataRow("lastwins")]
    [DataRow("inorder")]
    [DataRow("oneopen")]
    [DataRow("onelogin")]
    [DataRow("notype")]
    [DataRow("maxread")]
    [DataRow("closeempty")]
    [DataRow("dropclose")]
    public async Task A_large_image_is_whole_whatever_a_server_makes_of_a_second_handle(string habit) => await RoundTripAsync(habit, Large);

    [TestMethod]
    [DataRow("truncates")]
    [DataRow("lastwins")]
    [DataRow("inorder")]
    [DataRow("oneopen")]
    [DataRow("onelogin")]
    [DataRow("notype")]
    [DataRow("maxread")]
    [DataRow("closeempty")]
    [DataRow("dropclose")]
    public async Task A_small_image_is_whole_whatever_a_server_makes_of_a_second_handle(string habit) => await RoundTripAsync(habit, Small);

    [TestMethod]
    public async Task A_server_that_opens_one_file_at_a_time_serves_several_reads_in_turn()
    {
        await using var place = new Place("oneopen");
        var store = place.Store(place.Options with { MaxConnections = 1 });
        var receipt = await store.PutAsync(Id, new MemoryStream(Small));
        var copies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ReadAsync(store, receipt)));
        Assert.IsTrue(copies.All(copy => copy.AsSpan().SequenceEqual(Small)));
    }

    [TestMethod]
    public async Task A_quota_that_is_used_up_is_OutOfSpace_at_once()
    {
        await using var place = new Place("full");
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => place.Store(place.Options).PutAsync(Id, new MemoryStream(Small)));
        Assert.AreEqual(StoreError.OutOfSpace, error.Error);
        Assert.AreEqual(1, error.Attempts);
        Assert.Contains("quota", error.Message);
        Assert.IsEmpty(place.Files());
    }

    [TestMethod]
    public async Task A_part_whose_age_is_not_told_may_be_an_upload_and_is_not_swept()
    {
        await using var place = new Place("notimes");
        var receipt = await place.Store(place.Options).PutAsync(Id, new MemoryStream(Small));
        await File.WriteAllBytesAsync($"{place.Local}/{SftpLocations.NewPartName()}", [1]);
        await using var driver = new SftpDriver(place.Options);
        Assert.IsEmpty(await driver.SweepAsync(DateTimeOffset.UtcNow.AddDays(1), SweepMode.Remove, default).ToListAsync());
        var found = await driver.FindAsync(receipt.Location, default);
        Assert.IsNull(found!.LastModified);
        Assert.IsNull(found.VersionTag);
        Assert.HasCount(2, place.Files());
    }

    [TestMethod]
    public async Task Through_one_handle_a_broken_connection_ends_the_upload_and_says_so()
    {
        await using var place = new Place("inorder");
        var proxy = new CuttingProxy(OtherServers.PortOf("inorder"));
        var store = place.Store(place.Options with { Port = proxy.Port, MaxConnections = 1 });
        await store.PutAsync(new ImageId("first"), new MemoryStream(Large));
        var source = new TrippingStream(Large, Large.Length * 6 / 10, () => proxy.CutAll());
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => store.PutAsync(Id, source));
        Assert.Contains("one handle only", error.Message);
        Assert.IsFalse(error.IsTransient);
        Assert.HasCount(1, place.Files());
        await proxy.DisposeAsync();
    }

    private static async Task RoundTripAsync(string habit, byte[] bytes)
    {
        await using var place = new Place(habit);
        var store = place.Store(place.Options);
        var receipt = await store.PutAsync(Id, new MemoryStream(bytes));
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync($"{place.Local}/image"));
        CollectionAssert.AreEqual(bytes, await ReadAsync(store, receipt));
        Assert.HasCount(1, place.Files());
        Assert.IsTrue(await store.DeleteAsync(receipt.Location));
        Assert.IsEmpty(place.Files());
    }

    private static async Task<byte[]> ReadAsync(IImageStore store, ImageReceipt receipt)
    {
        await using var image = await store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt));
        var copy = new MemoryStream();
        await image.CopyToAsync(copy);
        return copy.ToArray();
    }

    /// <summary>A directory and a user of its own on the server with a habit.</summary>
    private sealed class Place : IAsyncDisposable
    {
        private readonly List<ServiceProvider> _services = [];
        private readonly string _name = Guid.NewGuid().ToString("N");

        public Place(string habit)
        {
            OtherServers.Require();
            Options = OtherServers.Options($"/{_name}", OtherServers.PortOf(habit), _name);
        }

        public SftpDriverOptions Options { get; }

        public string Local => OtherServers.Data($"habits/{_name}");

        public IImageStore Store(SftpDriverOptions options)
        {
            var services = new ServiceCollection().AddGlanceStore(stores => stores.AddSftp("sftp", _ => options)).BuildServiceProvider();
            _services.Add(services);
            return services.GetRequiredService<IImageStore>();
        }

        public string[] Files() => Directory.Exists(Local) ? Directory.GetFiles(Local, "*", new EnumerationOptions { AttributesToSkip = 0 }) : [];

        public async ValueTask DisposeAsync()
        {
            foreach (var services in _services)
            {
                await services.DisposeAsync();
            }

            if (Directory.Exists(Local))
            {
                Directory.Delete(Local, recursive: true);
            }
        }
    }
}
