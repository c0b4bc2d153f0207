using GlanceStore.Drivers.Memory;

namespace GlanceStore.Core.Tests.Transfer;

[TestClass]
public sealed class PutSessionTests
{
    private static readonly ImageId Id = new("a");

    private readonly DirectoryInfo _place = Directory.CreateTempSubdirectory("glance-store-session-");

    private PutOptions Session => new() { SessionFile = Path.Combine(_place.FullName, "session") };

    [TestCleanup]
    public void Clean() => _place.Delete(recursive: true);

    [TestMethod]
    public async Task A_put_into_several_stores_keeps_no_session()
    {
        await using var stores = new ImageStores([Store("a"), Store("b")], "a");
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.PutAsync(Id, new MemoryStream([1]), ["a", "b"], Session));
        Assert.AreEqual(StoreError.Unsupported, error.Error);
        Assert.IsEmpty(_place.GetFiles());
    }

    [TestMethod]
    public async Task A_store_that_cannot_go_on_with_an_upload_says_so()
    {
        await using var store = Store("a");
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => store.PutAsync(Id, new MemoryStream([1]), Session));
        Assert.AreEqual((StoreError.Unsupported, "a", "put"), (error.Error, error.StoreId, error.Operation));
        Assert.IsEmpty(_place.GetFiles());
    }

    [TestMethod]
    public async Task A_session_without_the_file_to_keep_it_in_is_misuse()
    {
        await using var store = Store("a");
        var options = new PutOptions { Resume = new PutSession("a", Id, "token", [new ChunkRun(1, 1)]) };
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => store.PutAsync(Id, new MemoryStream([1]), options));
    }

    private static ImageStore Store(string id) => new(id, new MemoryDriver());
}
