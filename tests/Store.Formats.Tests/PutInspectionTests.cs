using System.Buffers;
using System.IO.Pipelines;
using GlanceStore.Drivers.File;
using GlanceStore.Drivers.Memory;

namespace GlanceStore.Formats.Tests;

/// <summary>What a put finds out, what it refuses, and that nothing refused is stored anywhere.</summary>
[TestClass]
public sealed class PutInspectionTests
{
    private static readonly ImageId Id = ImageId.Parse("image");

    [TestMethod]
    [DataRow("footer.vmdk")]
    [DataRow("snapshot.qcow2")]
    [DataRow("gpt-hybrid.raw")]
    public async Task What_is_found_is_in_the_receipt_and_comes_back_from_its_JSON(string name)
    {
        await using var store = NewStore("a");
        await using var file = File.OpenRead(MadeImages.At(name));
        var receipt = await store.PutAsync(Id, file, new PutOptions { Inspection = Look });
        var expected = await ImageInspector.InspectAsync(new MemoryStream(MadeImages.Bytes(name)));
        var back = ImageReceipt.FromJson(receipt.ToJson()).Inspection!;
        foreach (var found in new[] { receipt.Inspection!, back })
        {
            Assert.AreEqual((expected.Format, expected.VirtualSize, expected.FileSize), (found.Format, found.VirtualSize, found.FileSize));
            CollectionAssert.AreEqual(expected.Findings.ToArray(), found.Findings.ToArray());
            CollectionAssert.AreEquivalent(expected.Details.ToArray(), found.Details.ToArray());
        }
    }

    [TestMethod]
    public async Task A_put_that_is_not_told_to_look_finds_nothing()
    {
        await using var store = NewStore("a");
        var receipt = await store.PutAsync(Id, new MemoryStream(MadeImages.Bytes("v3.qcow2")));
        Assert.IsNull(receipt.Inspection);
        Assert.DoesNotContain("disk_format", receipt.ToJson());
    }

    [TestMethod]
    [DataRow("backing.qcow2", PutPolicy.AllOrNothing)]
    [DataRow("backing.qcow2", PutPolicy.BestEffort)]
    [DataRow("gpt-hybrid.raw", PutPolicy.AllOrNothing)]
    [DataRow("gpt-hybrid.raw", PutPolicy.BestEffort)]
    public async Task What_is_refused_is_in_no_store_under_either_policy(string name, PutPolicy policy)
    {
        await using var stores = new ImageStores([NewStore("a"), NewStore("b")], "a");
        await using var file = File.OpenRead(MadeImages.At(name));
        var options = new PutOptions { Inspection = Look with { RequireSafe = true }, Policy = policy };
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => stores.PutAsync(Id, file, ["a", "b"], options));
        Assert.AreEqual(StoreError.Refused, e.Error);
        Assert.IsFalse(e.Inspection!.IsSafe);
        Assert.Contains(e.Inspection.Findings[0].Code, e.Message);
        foreach (var store in stores.All)
        {
            Assert.IsNull(await store.FindAsync(store.LocationOf(Id)));
        }
    }

    [TestMethod]
    public async Task Another_format_than_the_required_or_an_accepted_one_is_refused()
    {
        await using var store = NewStore("a");
        foreach (var inspection in new[] { Look with { RequiredFormat = "qcow2" }, Look with { AllowedFormats = ["qcow2", "iso"] } })
        {
            await using var file = File.OpenRead(MadeImages.At("fixed.vhd"));
            var e = await Assert.ThrowsExactlyAsync<StoreException>(() => store.PutAsync(Id, file, new PutOptions { Inspection = inspection }));
            Assert.AreEqual((StoreError.Refused, "vhd"), (e.Error, e.Inspection!.Format));
            Assert.IsNull(await store.FindAsync(store.LocationOf(Id)));
        }

        await using var accepted = File.OpenRead(MadeImages.At("fixed.vhd"));
        Assert.AreEqual("vhd", (await store.PutAsync(Id, accepted, new PutOptions { Inspection = Look with { RequiredFormat = "vhd", RequireSafe = true } })).Inspection!.Format);
    }

    [TestMethod]
    [DataRow("disk.raw", "raw")]
    [DataRow("gpt.raw", "gpt")]
    [DataRow("mbr.raw", "mbr")]
    public async Task A_disk_with_a_partition_table_is_raw_to_whoever_requires_raw(string name, string format)
    {
        await using var store = NewStore("a");
        foreach (var inspection in RawOnly)
        {
            var options = new PutOptions { Inspection = inspection, Mode = WriteMode.Replace };
            Assert.AreEqual(format, (await store.PutAsync(Id, new MemoryStream(MadeImages.Bytes(name)), options)).Inspection!.Format);
        }
    }

    [TestMethod]
    [DataRow("plain.iso")]
    [DataRow("hybrid.iso")]
    [DataRow("fixed.vhd")]
    [DataRow("disk.raw.gz")]
    public async Task Nothing_else_that_has_a_format_is_raw_to_whoever_requires_raw(string name)
    {
        await using var store = NewStore("a");
        foreach (var inspection in RawOnly)
        {
            var e = await Assert.ThrowsExactlyAsync<StoreException>(() => store.PutAsync(Id, new MemoryStream(MadeImages.Bytes(name)), new PutOptions { Inspection = inspection }));
            Assert.AreEqual(StoreError.Refused, e.Error);
            Assert.IsNull(await store.FindAsync(store.LocationOf(Id)));
        }
    }

    [TestMethod]
    public async Task What_an_inspector_keeps_is_counted_in_the_memory_budget_and_given_back()
    {
        var budget = new TransferBudget();
        await using var store = new ImageStore("a", new MemoryDriver(), budget: budget);
        long seen = 0;
        var inspection = new PutInspection(() => new Keeper(() => seen = Math.Max(seen, budget.UsedBytes)));
        await store.PutAsync(Id, new MemoryStream(new byte[20 << 20]), new PutOptions { Inspection = inspection });
        Assert.IsGreaterThanOrEqualTo(Keeper.Bytes, seen);
        Assert.AreEqual(0, budget.UsedBytes);
    }

    [TestMethod]
    public async Task An_inspector_that_throws_ends_the_put_with_nothing_stored()
    {
        var budget = new TransferBudget();
        await using var store = new ImageStore("a", new MemoryDriver(), budget: budget);
        var options = new PutOptions { Inspection = new PutInspection(() => new Keeper(() => throw new InvalidOperationException("inspector"))) };
        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => store.PutAsync(Id, new MemoryStream(new byte[20 << 20]), options));
        Assert.IsNull(await store.FindAsync(store.LocationOf(Id)));
        Assert.AreEqual(0, budget.UsedBytes);
    }

    [TestMethod]
    public async Task A_put_that_is_gone_on_with_has_looked_into_all_of_the_image()
    {
        using var place = new Place();
        var bytes = MadeImages.Bytes("footer.vmdk");
        var receipt = await place.Store.PutAsync(Id, new MemoryStream(bytes), await place.BeginAsync(bytes, Look));
        Assert.AreEqual(("vmdk", true), (receipt.Inspection!.Format, receipt.Inspection.IsSafe));
        Assert.AreEqual((await ImageInspector.InspectAsync(new MemoryStream(bytes))).VirtualSize, receipt.Inspection.VirtualSize);
        Assert.IsFalse(File.Exists(place.Session));
    }

    [TestMethod]
    public async Task A_put_that_is_gone_on_with_and_refused_leaves_neither_image_nor_upload_nor_session()
    {
        using var place = new Place();
        var bytes = MadeImages.Bytes("footer.vmdk");

        // The last sector is gone: only the end shows that the footer is none.
        var options = await place.BeginAsync(bytes[..^512], Look with { RequireSafe = true });
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => place.Store.PutAsync(Id, new MemoryStream(bytes[..^512]), options));
        Assert.AreEqual((StoreError.Refused, "footer"), (e.Error, e.Inspection!.Findings[0].Code));
        Assert.IsFalse(File.Exists(place.Session));
        Assert.IsEmpty(Directory.EnumerateFileSystemEntries(place.Images));
    }

    [TestMethod]
    public async Task A_copy_keeps_what_was_found()
    {
        await using var stores = new ImageStores([NewStore("a"), NewStore("b")], "a");
        await using var file = File.OpenRead(MadeImages.At("zlib.qcow2"));
        var receipt = await stores["a"].PutAsync(Id, file, new PutOptions { Inspection = Look });
        var copy = await stores.CopyAsync(receipt.Location, "b", CopyOptions.Verify(receipt) with { Id = ImageId.Parse("copy") });
        Assert.AreEqual("qcow2", copy.Receipt.Inspection!.Format);
    }

    [TestMethod]
    public async Task Of_a_stored_image_no_more_is_fetched_than_the_verdict_needs()
    {
        await using var store = NewStore("a");
        await using var file = File.OpenRead(MadeImages.At("fixed.vhd"));
        var receipt = await store.PutAsync(Id, file);
        var found = await ImageInspector.InspectAsync(store, receipt.Location);
        Assert.AreEqual(("vhd", receipt.Size), (found.Format, found.FileSize));
        Assert.AreEqual("vhd", (await ImageInspector.InspectAsync(store, receipt.Location, receipt)).Format);
        var e = await Assert.ThrowsExactlyAsync<StoreException>(() => ImageInspector.InspectAsync(store, store.LocationOf(ImageId.Parse("absent"))));
        Assert.AreEqual(StoreError.NotFound, e.Error);
    }

    private static PutInspection[] RawOnly => [Look with { RequiredFormat = "raw" }, Look with { AllowedFormats = ["qcow2", "raw"] }];

    private static PutInspection Look => new(() => new ImageInspector());

    private static ImageStore NewStore(string id) => new(id, new MemoryDriver(new MemoryDriverOptions { Name = id }));

    private sealed class Keeper(Action look) : StreamInspector
    {
        public const int Bytes = 1000;

        private int _appended;

        public override long HeldBytes => _appended > 0 ? Bytes : 0;

        public override void Append(ReadOnlySpan<byte> bytes)
        {
            if (_appended++ > 0)
            {
                look();
            }
        }

        public override ImageInspection Complete()
        {
            look();
            return new ImageInspection("raw", null, 0);
        }
    }

    /// <summary>A file store of small chunks, and a session beside it.</summary>
    private sealed class Place : IDisposable
    {
        private const int SentFirst = 600_000;

        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("glance-store-resumed-");

        public Place() => Store = new ImageStore(
            "file", new FileDriver(new FileDriverOptions { Directory = Images }), new ImageStoreOptions { ChunkBytes = 64 << 10 });

        public ImageStore Store { get; }

        public string Images => Path.Combine(_folder.FullName, "images");

        public string Session => Path.Combine(_folder.FullName, "session");

        /// <summary>Begins a put whose source ends early, and tells how it is gone on with.</summary>
        public async Task<PutOptions> BeginAsync(byte[] bytes, PutInspection inspection)
        {
            var options = new PutOptions { ExpectedSize = bytes.Length, SessionFile = Session, Inspection = inspection };
            var cut = PipeReader.Create(new ReadOnlySequence<byte>(bytes, 0, SentFirst)).AsStream();
            Assert.AreEqual(StoreError.SizeMismatch, (await Assert.ThrowsExactlyAsync<StoreException>(() => Store.PutAsync(Id, cut, options))).Error);
            var resumed = options with { Resume = PutSession.FromJson(await File.ReadAllTextAsync(Session)) };
            Assert.IsNotEmpty(resumed.Resume.Written);
            return resumed;
        }

        public void Dispose()
        {
            Store.Dispose();
            _folder.Delete(recursive: true);
        }
    }
}
