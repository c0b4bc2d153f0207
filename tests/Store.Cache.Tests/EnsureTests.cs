using static GlanceStore.Cache.Tests.Place;

namespace GlanceStore.Cache.Tests;

/// <summary>Images that are wanted whole.</summary>
[TestClass]
public sealed class EnsureTests
{
    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(ChunkBytes)]
    [DataRow((7 * ChunkBytes) + 13)]
    public async Task An_image_is_a_file_and_is_fetched_once(int length)
    {
        await using var place = new Place();
        var bytes = Bytes(length);
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync();
        await using (var file = await cache.EnsureAsync(source))
        {
            CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(file.Path));
            Assert.AreEqual(length, file.Size);
            Assert.AreEqual(source.Digest, file.Digest);
            Assert.IsNull(file.Format);
        }

        var fetched = place.Driver.Bytes;
        Assert.AreEqual(length, fetched);
        await using var again = await cache.EnsureAsync(source);
        Assert.AreEqual(fetched, place.Driver.Bytes);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow((9 << 20) + 5)]
    public async Task An_image_of_glance_without_chunks_is_fetched_whole_and_verified_by_its_digest(int length)
    {
        await using var place = new Place();
        var bytes = Bytes(length);
        var source = await place.PlainSourceAsync(bytes);
        await using var cache = await place.OpenAsync();
        await using var image = await cache.OpenAsync(source);
        await SameAsync(bytes, image);
        Assert.AreEqual(length, place.Driver.Bytes);
        Assert.HasCount(1, place.Entries);
    }

    [TestMethod]
    public async Task Bytes_that_have_not_the_digest_are_never_handed_out()
    {
        await using var place = new Place();
        var receipt = await place.PutAsync(Bytes(9 << 20));
        var source = new CacheSource([receipt.Location], new Digest("sha512", new string('0', 128)), receipt.Size);
        await using var cache = await place.OpenAsync();
        await FailsAsync(StoreError.Corrupted, () => cache.EnsureAsync(source));
        await FailsAsync(StoreError.Corrupted, () => cache.OpenAsync(source));
        Assert.IsFalse((await cache.ListAsync()).Any(entry => entry.IsWhole));
    }

    [TestMethod]
    public async Task A_receipt_of_another_image_is_told_and_spoils_nothing_for_who_has_the_right_one()
    {
        await using var place = new Place();
        var (bytes, other) = (Bytes(9 * ChunkBytes), Bytes(9 * ChunkBytes, seed: 2));
        var (right, wrong) = (await place.PutAsync(bytes), await place.PutAsync(other));
        var lie = new ImageReceipt(wrong.Location, wrong.Size, wrong.Chunks) { MultiHash = right.MultiHash };
        await using var cache = await place.OpenAsync();
        await using (var image = await cache.OpenAsync(new CacheSource(lie)))
        {
            await SameAsync(other, image); // what the receipt says of each chunk is true
            await FailsAsync(StoreError.Corrupted, () => image.FillAsync());
        }

        await FailsAsync(StoreError.Corrupted, () => cache.EnsureAsync(new CacheSource(lie)));
        await using var good = await cache.OpenAsync(new CacheSource(right));
        await SameAsync(bytes, good);
    }

    [TestMethod]
    public async Task Two_ids_of_one_content_share_a_file_whatever_their_chunks_are()
    {
        await using var place = new Place();
        var bytes = Bytes(9 * ChunkBytes);
        var (first, second) = (await place.PutAsync(bytes), await place.PutAsync(bytes));
        var plain = new CacheSource([second.Location], second.MultiHash!, second.Size);
        await using var cache = await place.OpenAsync();
        await using var one = await cache.EnsureAsync(new CacheSource(first));
        await using var two = await cache.EnsureAsync(new CacheSource(second));
        await using var three = await cache.EnsureAsync(plain);
        Assert.AreEqual(one.Path, two.Path);
        Assert.AreEqual(one.Path, three.Path);
        Assert.AreEqual(bytes.Length, place.Driver.Bytes);
        Assert.HasCount(1, place.Entries);
    }

    [TestMethod]
    public async Task Those_who_ask_at_once_fetch_once()
    {
        await using var place = new Place();
        var bytes = Bytes(40 * ChunkBytes);
        var (source, plain) = (await place.SourceAsync(bytes), await place.PlainSourceAsync(Bytes(9 << 20, seed: 3)));
        await using var cache = await place.OpenAsync();
        var files = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => cache.EnsureAsync(i % 2 == 0 ? source : plain)));
        Assert.AreEqual(source.Size + plain.Size, place.Driver.Bytes);
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(files[0].Path));
        foreach (var file in files)
        {
            await file.DisposeAsync();
        }
    }

    [TestMethod]
    public async Task Whoever_gives_up_ends_nothing_for_the_others()
    {
        await using var place = new Place();
        var source = await place.SourceAsync(Bytes(20 * ChunkBytes));
        using var first = new CancellationTokenSource();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        place.Driver.BeforeRead = (_, _, token) =>
        {
            begun.TrySetResult();
            return held.Task.WaitAsync(token);
        };
        await using var cache = await place.OpenAsync();
        var given = cache.EnsureAsync(source, cancellationToken: first.Token);
        var wanted = cache.EnsureAsync(source);
        await begun.Task;
        await first.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => given);
        held.SetResult();
        await using var file = await wanted;
        Assert.AreEqual(source.Size, new FileInfo(file.Path).Length);
    }

    [TestMethod]
    public async Task A_store_that_reads_no_ranges_gives_the_image_all_the_same()
    {
        await using var place = new Place(readsRanges: false);
        var bytes = Bytes(9 << 20);
        await using var cache = await place.OpenAsync();
        await using var image = await cache.OpenAsync(await place.SourceAsync(bytes));
        await SameAsync(bytes, image);
    }

    [TestMethod]
    public async Task What_is_zero_takes_no_room_on_the_disk()
    {
        await using var place = new Place();
        var bytes = new byte[16 << 20];
        Bytes(ChunkBytes).CopyTo(bytes, 7 << 20);
        await using var cache = await place.OpenAsync();
        await using var file = await cache.EnsureAsync(await place.SourceAsync(bytes));
        await using var other = await cache.EnsureAsync(await place.PlainSourceAsync([.. bytes, 1]));
        Assert.IsLessThan(1L << 20, (await cache.ListAsync()).Max(entry => entry.AllocatedBytes));
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(file.Path));
    }

    [TestMethod]
    [DataRow("md5")]
    [DataRow("sha1")]
    [DataRow("blake2b")]
    public void A_digest_that_can_be_forged_or_is_not_known_is_no_address(string algorithm)
    {
        var digest = new Digest(algorithm, new string('0', algorithm switch { "md5" => 32, "sha1" => 40, _ => 128 }));
        Assert.AreEqual(StoreError.Unsupported,
            Assert.ThrowsExactly<StoreException>(() => new CacheSource([new ImageLocation("memory://x", "s")], digest, 1)).Error);
    }

    [TestMethod]
    public async Task A_format_that_the_cache_does_not_make_is_refused()
    {
        await using var place = new Place();
        var source = await place.SourceAsync(Bytes(10));
        await using var cache = await place.OpenAsync();
        await FailsAsync(StoreError.Unsupported, () => cache.EnsureAsync(source, "qcow2"));
        await FailsAsync(StoreError.Unsupported, () => cache.OpenAsync(source, "vmdk"));
    }
}
