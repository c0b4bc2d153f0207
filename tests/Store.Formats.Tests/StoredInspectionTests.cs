namespace GlanceStore.Formats.Tests;

/// <summary>What is fetched of a stored image to tell what it is.</summary>
[TestClass]
public sealed class StoredInspectionTests
{
    private const long Head = 64 << 10; // what reads of a few KiB are rounded up to

    [TestMethod]
    [DataRow("v3.qcow2", 3, 3 * Head)]
    [DataRow("monolithicSparse.vmdk", 1, Head)]
    [DataRow("footer.vmdk", 2, 2 * Head)]
    [DataRow("fixed.vhd", 2, 2 * Head)]
    [DataRow("static.vdi", 1, Head)]
    [DataRow("disk.raw", 2, 2 * Head)]
    [DataRow("luks1.raw", 1, Head)]
    public async Task No_more_of_a_stored_image_is_fetched_than_the_verdict_needs(string name, int reads, long bytes)
    {
        var (store, driver, receipt) = await StoreAsync(name, RangeReading.Reads);
        await using var _ = store;
        var found = await ImageInspector.InspectAsync(store, receipt.Location);
        Assert.AreEqual(await ExpectedAsync(name), Text(found));
        Assert.AreEqual(reads, driver.Reads);
        Assert.IsLessThanOrEqualTo(bytes, driver.Bytes);
    }

    [TestMethod]
    [DataRow("full.qcow2", 1)]
    [DataRow("footer.vmdk", 2)]
    [DataRow("fixed.vhd", 2)]
    public async Task With_a_receipt_each_chunk_that_is_looked_at_is_fetched_once_and_verified(string name, int chunks)
    {
        var (store, driver, receipt) = await StoreAsync(name, RangeReading.Reads);
        await using var _ = store;
        Assert.AreEqual(await ExpectedAsync(name), Text(await ImageInspector.InspectAsync(store, receipt.Location, receipt)));
        Assert.AreEqual(chunks, driver.Reads);
        Assert.IsLessThanOrEqualTo(chunks * (1L << 20), driver.Bytes);

        var other = new ImageReceipt(receipt.Location, receipt.Size, new ChunkManifest(receipt.Chunks.Select(chunk => chunk with { Checksum = chunk.Checksum ^ 1 })));
        Assert.AreEqual(StoreError.Corrupted, (await Assert.ThrowsExactlyAsync<StoreException>(() => ImageInspector.InspectAsync(store, receipt.Location, other))).Error);
    }

    [TestMethod]
    [DataRow("full.qcow2", RangeReading.Never, 1, false)]
    [DataRow("full.qcow2", RangeReading.Refuses, 3, false)]
    [DataRow("fixed.vhd", RangeReading.Never, 1, true)]
    [DataRow("fixed.vhd", RangeReading.Refuses, 3, true)]
    public async Task A_store_without_ranges_is_read_to_the_end_only_where_the_verdict_needs_the_end(string name, RangeReading ranges, int reads, bool all)
    {
        var (store, driver, receipt) = await StoreAsync(name, ranges);
        await using var _ = store;
        Assert.AreEqual(await ExpectedAsync(name), Text(await ImageInspector.InspectAsync(store, receipt.Location)));
        Assert.AreEqual(reads, driver.Reads);
        Assert.AreEqual(all, driver.Bytes >= receipt.Size, $"{driver.Bytes} of {receipt.Size}");
    }

    [TestMethod]
    [DataRow("fixed.vhdx", true)]
    [DataRow("fixed.vhdx", false)]
    [DataRow("full.qcow2", true)]
    [DataRow("full.qcow2", false)]
    public async Task A_conversion_fetches_a_stored_image_once_and_the_chunks_of_its_tables_twice(string name, bool isVerified)
    {
        var (store, driver, receipt) = await StoreAsync(name, RangeReading.Reads);
        await using var _ = store;
        await using var target = new ImageStore("b", new Drivers.Memory.MemoryDriver());
        await ImageConversion.ConvertAsync(store, receipt.Location, target, Id, new ConversionOptions { Receipt = isVerified ? receipt : null });
        Assert.IsLessThan(receipt.Size + (4 << 20), driver.Bytes);
    }

    [TestMethod]
    [DataRow("cluster-512.qcow2", 0, 0)]
    [DataRow("cluster-512-zlib.qcow2", 512, 2 << 20)]
    [DataRow("cluster-2M-zlib.qcow2", 2 << 20, 8 << 20)]
    [DataRow("sparse.qcow2", 0, 0)]
    public async Task What_a_disk_keeps_of_a_stored_image_is_counted_and_bounded(string name, int cluster, int fetched)
    {
        var image = new CountedImage(MadeImages.Bytes(name));
        await using var disk = await VirtualDisk.OpenAsync(image, new VirtualDiskOptions { CacheBytes = VirtualDiskOptions.LeastCacheBytes });
        foreach (var length in (int[])[1000, 4 << 20])
        {
            var buffer = new byte[length];
            for (disk.Position = 0; disk.Position < Math.Min(disk.Length, 12 << 20);)
            {
                Assert.IsGreaterThan(0, await disk.ReadAsync(buffer));
            }
        }

        Assert.IsGreaterThan(0, image.Kept);
        Assert.IsLessThanOrEqualTo(VirtualDiskOptions.LeastCacheBytes + cluster, image.Kept);
        Assert.IsLessThanOrEqualTo(VirtualDiskOptions.LeastCacheBytes + (64 << 10) + cluster + fetched, image.MostKept);
    }

    [TestMethod]
    public async Task What_a_disk_keeps_of_a_stored_image_is_in_the_budget_of_its_store_until_it_is_closed()
    {
        var budget = new TransferBudget();
        await using var store = new ImageStore("a", new Drivers.Memory.MemoryDriver(), budget: budget);
        var receipt = await store.PutAsync(Id, new MemoryStream(MadeImages.Bytes("v3.qcow2")));
        await using (var disk = await VirtualDisk.OpenAsync(await store.OpenReadAsync(receipt.Location)))
        {
            var before = budget.UsedBytes;
            await disk.ReadExactlyAsync(new byte[1]);
            Assert.IsGreaterThanOrEqualTo(before + (2 * 64 << 10), budget.UsedBytes, "a page of each table");
        }

        Assert.AreEqual(0, budget.UsedBytes);
    }

    [TestMethod]
    public async Task An_image_that_is_replaced_while_it_is_inspected_is_an_error()
    {
        var (store, _, receipt) = await StoreAsync("fixed.vhd", RangeReading.Reads);
        await using var stored = store;
        await using var parts = new RangedImage(store, (await store.FindAsync(receipt.Location))!, null);
        await parts.ReadExactlyAsync(new byte[1000]);
        await store.PutAsync(Id, new MemoryStream(MadeImages.Bytes("disk.raw")), new PutOptions { Mode = WriteMode.Replace });
        parts.Position = receipt.Size - 512;
        Assert.AreEqual(StoreError.Changed, (await Assert.ThrowsExactlyAsync<StoreException>(() => parts.ReadExactlyAsync(new byte[512]).AsTask())).Error);
    }

    private static ImageId Id { get; } = ImageId.Parse("image");

    private static async Task<(ImageStore Store, CountingDriver Driver, ImageReceipt Receipt)> StoreAsync(string name, RangeReading ranges)
    {
        var driver = new CountingDriver(ranges);
        var store = new ImageStore("a", driver);
        return (store, driver, await store.PutAsync(Id, new MemoryStream(MadeImages.Bytes(name))));
    }

    private static async Task<string> ExpectedAsync(string name)
    {
        await using var file = File.OpenRead(MadeImages.At(name));
        return Text(await ImageInspector.InspectAsync(file));
    }

    private static string Text(ImageInspection found) => $"{found} {string.Join(' ', found.Findings)}";

    /// <summary>A stored image that notes what is kept of it.</summary>
    private sealed class CountedImage(byte[] bytes) : ImageReadStream
    {
        private readonly MemoryStream _bytes = new(bytes);
        private readonly Lock _lock = new();

        public long Kept { get; private set; }

        public long MostKept { get; private set; }

        public override StoredObject Object => throw new NotSupportedException();

        public override ReadVerdict Verdict => throw new NotSupportedException();

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => _bytes.Length;

        public override long Position
        {
            get => _bytes.Position;
            set => _bytes.Position = value;
        }

        public override void CountKept(long bytes)
        {
            lock (_lock)
            {
                Kept += bytes;
                MostKept = Math.Max(MostKept, Kept);
            }
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _bytes.ReadAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => _bytes.Read(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => _bytes.Seek(offset, origin);

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
