using System.Security.Cryptography;
using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;
using static GlanceStore.Core.Tests.Transfer.SampleBytes;

namespace GlanceStore.Core.Tests.Transfer;

[TestClass]
public sealed class CopyTests
{
    private const int Chunk = 64 << 10;
    private static readonly ImageStoreOptions Small = new() { ChunkBytes = Chunk, RetryDelay = TimeSpan.Zero, MaxAttempts = 2 };
    private static readonly ImageId Id = new("a");
    private static readonly byte[] Image = Bytes(10 * Chunk + 17);

    private readonly TransferBudget _budget = new(1 << 20);
    private readonly MemoryStorage _here = new();
    private readonly MemoryStorage _there = new();
    private readonly ScriptedDriver _from;
    private readonly ScriptedDriver _to;

    public CopyTests() => (_from, _to) = (
        new ScriptedDriver(new MemoryDriverOptions { Name = "from", Storage = _here }), new ScriptedDriver(new MemoryDriverOptions { Name = "to", Storage = _there }));

    [TestMethod]
    public async Task A_copy_is_verified_against_the_receipt_and_has_a_receipt_of_its_own()
    {
        await using var stores = Stores();
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image), new PutOptions { HashAlgorithm = "sha256", ComputeMd5 = false });
        var copy = await stores.CopyAsync(receipt.Location, "to", CopyOptions.Verify(receipt));
        Assert.AreEqual((CopyRoute.ThroughHere, ReadVerification.Chunks), (copy.Route, copy.Verdict.Verification));
        Assert.AreEqual(("to", "memory://to/a", receipt.MultiHash, (Digest?)null),
            (copy.Receipt.Location.StoreId, copy.Receipt.Location.Uri, copy.Receipt.MultiHash, copy.Receipt.Checksum));
        Assert.AreEqual("to", copy.Receipt.Metadata["store"]);
        await using var stored = await stores["to"].OpenReadAsync(copy.Receipt.Location, ReadOptions.Verify(copy.Receipt));
        CollectionAssert.AreEqual(Image, await ReadAllAsync(stored));
        Assert.AreEqual(1, _here.Names.Count);
    }

    [TestMethod]
    public async Task A_copy_of_a_location_without_a_store_or_a_receipt_says_what_was_verified()
    {
        await using var stores = Stores();
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image));
        var location = new ImageLocation(receipt.Location.Uri, null);
        Assert.AreEqual(ReadVerification.None, (await stores.CopyAsync(location, "to")).Verdict.Verification);
        var options = new CopyOptions { ExpectedDigests = [receipt.Checksum!], Id = new ImageId("b") };
        var copy = await stores.CopyAsync(location, "to", options);
        Assert.AreEqual((ReadVerification.Digest, "memory://to/b"), (copy.Verdict.Verification, copy.Receipt.Location.Uri));
    }

    [TestMethod]
    public async Task A_damaged_image_is_not_copied_and_leaves_nothing_behind()
    {
        await using var stores = Stores();
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image));
        _here.Corrupt("a", 5 * Chunk);
        foreach (var options in new[] { CopyOptions.Verify(receipt), new CopyOptions { ExpectedDigests = [receipt.Checksum!] } })
        {
            var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.CopyAsync(receipt.Location, "to", options));
            Assert.AreEqual(StoreError.Corrupted, error.Error);
        }

        Assert.IsEmpty(_there.Names);
        Assert.AreEqual(_to.Opened, _to.Disposed);
    }

    [TestMethod]
    public async Task A_copy_to_its_own_place_is_refused()
    {
        await using var stores = Stores();
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image));
        foreach (var options in new[] { CopyOptions.Verify(receipt), CopyOptions.Verify(receipt) with { Mode = WriteMode.Replace } })
        {
            var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.MoveAsync(receipt.Location, "from", options));
            Assert.AreEqual(StoreError.InvalidLocation, error.Error);
        }

        Assert.IsNotNull(await stores["from"].FindAsync(receipt.Location));
    }

    [TestMethod]
    public async Task A_location_that_ends_in_no_id_wants_one()
    {
        await using var stores = new ImageStores([new ImageStore("web", new NamelessDriver()), new ImageStore("to", _to, Small, _budget)], "to");
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.CopyAsync(new ImageLocation("web://host/images/?version=2", "web"), "to"));
        Assert.AreEqual(StoreError.InvalidLocation, error.Error);
        Assert.Contains("name the id", error.Message);
    }

    [TestMethod]
    public async Task A_move_deletes_the_image_once_its_copy_is_verified()
    {
        await using var stores = Stores();
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image));
        var copy = await stores.MoveAsync(receipt.Location, "to", CopyOptions.Verify(receipt));
        Assert.IsEmpty(_here.Names);
        Assert.AreEqual(Image.Length, (await stores["to"].FindAsync(copy.Receipt.Location))!.Size);
    }

    [TestMethod]
    public async Task A_move_whose_receipt_cannot_be_kept_leaves_the_image_where_it_was()
    {
        await using var stores = Stores();
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image));
        ImageCopy? copied = null;
        var options = CopyOptions.Verify(receipt) with
        {
            Copied = copy =>
            {
                copied = copy;
                throw new IOException("The disk of the receipts is full.");
            },
        };
        await Assert.ThrowsExactlyAsync<IOException>(() => stores.MoveAsync(receipt.Location, "to", options));
        Assert.AreEqual("memory://to/a", copied?.Receipt.Location.Uri);
        Assert.AreEqual("a a", $"{_here.Names.Single()} {_there.Names.Single()}");
    }

    [TestMethod]
    public async Task A_move_with_nothing_to_verify_with_is_refused_and_the_image_stays()
    {
        await using var stores = Stores();
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.MoveAsync(receipt.Location, "to"));
        Assert.AreEqual(StoreError.Unsupported, error.Error);
        Assert.AreEqual((1, 0), (_here.Names.Count, _there.Names.Count));
    }

    [TestMethod]
    public async Task A_move_from_a_store_that_deletes_nothing_is_refused_before_anything_is_copied()
    {
        await using var writable = new ImageStore("from", _from, Small, _budget);
        var receipt = await writable.PutAsync(Id, new MemoryStream(Image));
        await using var stores = new ImageStores([new ImageStore("from", _from, Small with { ReadOnly = true }, _budget), new ImageStore("to", _to, Small, _budget)], "to");
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.MoveAsync(receipt.Location, "to", CopyOptions.Verify(receipt)));
        Assert.AreEqual(StoreError.Unsupported, error.Error);
        Assert.IsEmpty(_there.Names);
    }

    [TestMethod]
    public async Task A_moved_image_that_cannot_be_deleted_is_told_to_be_in_both_places()
    {
        await using var stores = Stores();
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image));
        _from.OnDelete = () => throw new StoreException(StoreError.AccessDenied, "Not yours.");
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.MoveAsync(receipt.Location, "to", CopyOptions.Verify(receipt)));
        Assert.AreEqual((StoreError.AccessDenied, "Not yours. The image was copied to memory://to/a, and is still in 'from' as well."), (error.Error, error.Message));
        Assert.AreEqual(("delete", "from", receipt.Location), (error.Operation, error.StoreId, error.Location));
    }

    [TestMethod]
    public async Task A_backend_that_both_stores_share_makes_the_copy_and_it_is_verified_there()
    {
        await using var stores = SharedStores();
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image));
        var writes = 0;
        _to.OnWriteChunk = (_, _, write) =>
        {
            writes++;
            return write();
        };
        var copy = await stores.CopyAsync(receipt.Location, "twin", CopyOptions.Verify(receipt) with { Id = new ImageId("b") });
        Assert.AreEqual((CopyRoute.OnBackend, ReadVerification.Chunks, 0), (copy.Route, copy.Verdict.Verification, writes));
        Assert.AreEqual(receipt.MultiHash, copy.Receipt.MultiHash);
        await using var stored = await stores["twin"].OpenReadAsync(copy.Receipt.Location, ReadOptions.Verify(copy.Receipt));
        CollectionAssert.AreEqual(Image, await ReadAllAsync(stored));
        var taken = CopyOptions.Verify(receipt) with { Id = new ImageId("b") };
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.CopyAsync(receipt.Location, "twin", taken));
        Assert.AreEqual((StoreError.AlreadyExists, "copy", "twin"), (error.Error, error.Operation, error.StoreId));
    }

    [TestMethod]
    public async Task A_backends_copy_that_is_not_the_image_is_removed()
    {
        await using var stores = SharedStores();
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image));
        _here.Corrupt("a", 5 * Chunk);
        var options = CopyOptions.Verify(receipt) with { Id = new ImageId("b") };
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.CopyAsync(receipt.Location, "twin", options));
        Assert.AreEqual(StoreError.Corrupted, error.Error);
        CollectionAssert.AreEqual(new[] { "a" }, _here.Names.ToArray());
    }

    [TestMethod]
    public async Task What_took_the_place_of_a_backends_copy_before_it_was_verified_is_not_removed()
    {
        var twin = Twin();
        await using var stores = SharedStores(twin);
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image));
        var other = new MemoryStream([1, 2, 3]);
        twin.OnOpenRead = async (_, _, _, open) =>
        {
            if (other.Position == 0)
            {
                await stores["twin"].PutAsync(new ImageId("b"), other, new PutOptions { Mode = WriteMode.Replace });
            }

            return await open();
        };
        var options = CopyOptions.Verify(receipt) with { Id = new ImageId("b") };
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.CopyAsync(receipt.Location, "twin", options));
        Assert.AreEqual(StoreError.Corrupted, error.Error, "What is there is not the copy.");
        Assert.AreEqual(3, (await stores["twin"].FindAsync(stores["twin"].LocationOf(new ImageId("b"))))!.Size, "Somebody else's image stays.");
    }

    [TestMethod]
    public async Task A_backends_copy_that_is_not_the_image_and_cannot_be_removed_is_told_to_be_wrong_and_to_stay()
    {
        var twin = Twin();
        await using var stores = SharedStores(twin);
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image));
        _here.Corrupt("a", 5 * Chunk);
        twin.OnDelete = () => throw new StoreException(StoreError.AccessDenied, "Not yours.");
        var options = CopyOptions.Verify(receipt) with { Id = new ImageId("b") };
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.CopyAsync(receipt.Location, "twin", options));
        Assert.AreEqual(StoreError.Corrupted, error.Error);
        Assert.Contains("The copy stays at memory://twin/b", error.Message);
    }

    [TestMethod]
    public async Task A_cancelled_copy_whose_removal_fails_is_cancelled_and_nothing_else()
    {
        var twin = Twin();
        await using var stores = SharedStores(twin);
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image));
        using var cancel = new CancellationTokenSource();
        twin.OnOpenRead = async (_, _, token, _) =>
        {
            await cancel.CancelAsync();
            throw new OperationCanceledException(token);
        };
        twin.OnDelete = () => throw new StoreException(StoreError.AccessDenied, "Not yours.");
        var options = CopyOptions.Verify(receipt) with { Id = new ImageId("b") };
        await Assert.ThrowsExactlyAsync<OperationCanceledException>(() => stores.CopyAsync(receipt.Location, "twin", options, cancel.Token));
    }

    [TestMethod]
    public async Task Without_a_receipt_a_shared_backend_is_not_asked_because_nothing_could_be_verified()
    {
        await using var stores = SharedStores();
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image));
        var copy = await stores.CopyAsync(receipt.Location, "twin", new CopyOptions { Id = new ImageId("b") });
        Assert.AreEqual(CopyRoute.ThroughHere, copy.Route);
        Assert.AreEqual(Convert.ToHexStringLower(SHA512.HashData(Image)), copy.Receipt.MultiHash!.Hex);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_move_or_copy_between_two_names_of_one_place_is_refused_and_the_image_stays(bool withReceipt)
    {
        await using var stores = SharedStores();
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image));
        var options = withReceipt ? CopyOptions.Verify(receipt) : new CopyOptions { ExpectedDigests = [receipt.Checksum!] };
        foreach (var (mode, refusal) in new[] { (WriteMode.Replace, StoreError.InvalidLocation), (WriteMode.CreateNew, StoreError.AlreadyExists) })
        {
            foreach (var copy in new Func<CopyOptions, Task>[] { o => stores.MoveAsync(receipt.Location, "twin", o), o => stores.CopyAsync(receipt.Location, "twin", o) })
            {
                var error = await Assert.ThrowsExactlyAsync<StoreException>(() => copy(options with { Mode = mode }));
                Assert.AreEqual(refusal, error.Error, error.Message);
            }
        }

        await using var stored = await stores["from"].OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt));
        CollectionAssert.AreEqual(Image, await ReadAllAsync(stored));
    }

    [TestMethod]
    public async Task A_move_whose_lost_commit_finds_the_image_itself_under_another_name_does_not_delete_it()
    {
        var twin = Twin();
        await using var stores = SharedStores(twin);
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image[..Chunk]));
        twin.OnCommit = (_, _) => throw new StoreException(StoreError.Unavailable, "No answer.") { IsTransient = true };
        var options = new CopyOptions { ExpectedDigests = [receipt.Checksum!] };
        await Assert.ThrowsExactlyAsync<StoreException>(() => stores.MoveAsync(receipt.Location, "twin", options));
        Assert.IsNotNull(await stores["from"].FindAsync(receipt.Location));
    }

    [TestMethod]
    public async Task A_move_replaces_another_image_of_the_same_bytes()
    {
        await using var stores = Stores();
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image));
        await stores["to"].PutAsync(Id, new MemoryStream(Image));
        await stores.MoveAsync(receipt.Location, "to", CopyOptions.Verify(receipt) with { Mode = WriteMode.Replace });
        Assert.AreEqual((0, 1), (_here.Names.Count, _there.Names.Count));
    }

    [TestMethod]
    public async Task A_move_does_not_delete_the_image_that_replaced_the_copied_one_meanwhile()
    {
        await using var stores = Stores();
        var receipt = await stores["from"].PutAsync(Id, new MemoryStream(Image));
        _to.OnCommit = async (_, commit) =>
        {
            await stores["from"].PutAsync(Id, new MemoryStream([1, 2, 3]), new PutOptions { Mode = WriteMode.Replace });
            return await commit();
        };
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.MoveAsync(receipt.Location, "to", CopyOptions.Verify(receipt)));
        Assert.AreEqual(StoreError.Changed, error.Error);
        Assert.Contains("was copied to memory://to/a", error.Message);
        Assert.AreEqual(3, (await stores["from"].FindAsync(receipt.Location))!.Size);
    }

    private ImageStores Stores() => new([new ImageStore("from", _from, Small, _budget), new ImageStore("to", _to, Small, _budget)], "from");

    private ImageStores SharedStores(ScriptedDriver? twin = null) =>
        new([new ImageStore("from", _from, Small, _budget), new ImageStore("twin", twin ?? Twin(), Small, _budget)], "from");

    private ScriptedDriver Twin() => new(new MemoryDriverOptions { Name = "twin", Storage = _here });

    private sealed class NamelessDriver : StoreDriver
    {
        public override DriverInfo Info { get; } = new("web", ["web"], new DriverCapabilities { CanWrite = false, CanDelete = false });

        public override ImageLocation LocationOf(ImageId id) => throw new StoreException(StoreError.Unsupported, "By address only.");

        public override ImageLocation ParseLocation(string uri) => new(uri, null);

        public override ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public override ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public override ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
