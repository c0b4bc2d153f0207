using Microsoft.Win32.SafeHandles;
using static GlanceStore.Drivers.File.Tests.TestStore;

namespace GlanceStore.Drivers.File.Tests;

[TestClass]
public sealed class SweepTests
{
    [TestMethod]
    [DataRow(SweepMode.Remove, 1)]
    [DataRow(SweepMode.DryRun, 3)]
    public async Task Sweep_finds_what_is_old_in_every_directory_and_removes_it_unless_told_only_to_look(SweepMode mode, int left)
    {
        using var store = Two();
        var now = DateTimeOffset.UtcNow;
        Leave(store, "a", now.AddDays(-2));
        Leave(store, "b", now.AddDays(-3));
        Leave(store, "b", now.AddMinutes(-1));

        var found = await Sweep(store, now.AddDays(-1), mode);

        Assert.HasCount(2, found);
        Assert.IsTrue(found.All(leftover => FileLocation.IsPart(leftover.Name) && leftover.SizeBytes == 5 && leftover.LastModified < now.AddDays(-1)));
        Assert.AreEqual(left, store.Parts.Count());
    }

    [TestMethod]
    public async Task Sweep_touches_nothing_else()
    {
        using var store = new TestStore();
        var stored = await store.Put("x", Bytes(10));
        System.IO.File.WriteAllText($"{store.Root}/.hidden", "");
        System.IO.File.WriteAllText($"{store.Root}/other.part", "");
        System.IO.Directory.CreateDirectory($"{store.Root}/{FileLocation.NewPartName()}");
        System.IO.File.CreateSymbolicLink($"{store.Root}/{FileLocation.NewPartName()}", "x");

        Assert.IsEmpty(await Sweep(store, DateTimeOffset.UtcNow.AddDays(1)));

        Assert.AreEqual(5, store.Entries.Count());
        CollectionAssert.AreEqual(Bytes(10), await store.Read(stored.Location));
    }

    [TestMethod]
    public async Task Sweep_leaves_an_upload_that_is_alive()
    {
        using var store = new TestStore(host: new NamingFileSystem());
        await using var writer = await store.Driver.OpenWriteAsync(new ImageId("x"), new WriteIntent(WriteMode.CreateNew, 10), default);
        await Write(writer, Bytes(10));

        Assert.IsEmpty(await Sweep(store, DateTimeOffset.UtcNow.AddDays(1)));

        var stored = await writer.CommitAsync(Summary(10), default);
        CollectionAssert.AreEqual(Bytes(10), await store.Read(stored.Location));
    }

    [TestMethod]
    public async Task Sweep_goes_on_after_what_it_cannot_remove_and_tells_all_of_it_at_the_end()
    {
        var host = new NotLooking();
        using var store = Two(host);
        var old = DateTimeOffset.UtcNow.AddDays(-2);
        host.Refused = [Leave(store, "a", old), Leave(store, "b", old)];
        Leave(store, "a", old);
        Leave(store, "b", old);

        var found = new List<Leftover>();
        var error = await Fails(StoreError.AccessDenied, async () =>
        {
            await foreach (var leftover in store.Driver.SweepAsync(DateTimeOffset.UtcNow, SweepMode.Remove, default))
            {
                found.Add(leftover);
            }
        });

        Assert.HasCount(2, found);
        CollectionAssert.AreEquivalent(host.Refused.ToArray(), store.Parts.ToArray());
        Assert.IsTrue(host.Refused.All(path => error.Message.Contains(path, StringComparison.Ordinal)), error.Message);
    }

    [TestMethod]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Sweep_removes_a_part_that_its_owner_may_only_read()
    {
        using var store = Two(new NotWriting());
        System.IO.File.SetUnixFileMode(Leave(store, "a", DateTimeOffset.UtcNow.AddDays(-2)), UnixFileMode.UserRead | UnixFileMode.GroupRead);

        Assert.HasCount(1, await Sweep(store, DateTimeOffset.UtcNow));
        Assert.AreEqual(0, store.Parts.Count());
    }

    [TestMethod]
    public async Task Sweep_leaves_an_upload_that_is_alive_though_its_part_may_only_be_read()
    {
        using var store = new TestStore(host: new NotWriting());
        await using var writer = await store.Driver.OpenWriteAsync(new ImageId("x"), new WriteIntent(WriteMode.CreateNew, 10), default);
        await Write(writer, Bytes(10));

        Assert.IsEmpty(await Sweep(store, DateTimeOffset.UtcNow.AddDays(1)));
        Assert.AreEqual(1, store.Parts.Count());
    }

    [TestMethod]
    public async Task Sweep_can_be_cancelled()
    {
        using var store = Two();
        Leave(store, "a", DateTimeOffset.UtcNow.AddDays(-2));

        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in store.Driver.SweepAsync(DateTimeOffset.UtcNow, SweepMode.Remove, new CancellationToken(true)))
            {
            }
        });

        Assert.AreEqual(1, store.Parts.Count());
    }

    private static TestStore Two(HostFileSystem? host = null) =>
        new(root => new FileDriverOptions { Directories = [new($"{root}/a"), new($"{root}/b")] }, host);

    private static string Leave(TestStore store, string directory, DateTimeOffset modified)
    {
        var path = Path.Combine(store.Root, directory, FileLocation.NewPartName());
        System.IO.File.WriteAllText(path, "bytes");
        System.IO.File.SetLastWriteTimeUtc(path, modified.UtcDateTime);
        return path;
    }

    private static async Task<List<Leftover>> Sweep(TestStore store, DateTimeOffset before, SweepMode mode = SweepMode.Remove)
    {
        var found = new List<Leftover>();
        await foreach (var leftover in store.Driver.SweepAsync(before, mode, default))
        {
            found.Add(leftover);
        }

        return found;
    }

    private sealed class NotLooking : LinuxFileSystem
    {
        public IReadOnlyList<string> Refused { get; set; } = [];

        public override bool IsHeld(string part) =>
            Refused.Contains(part) ? throw FileErrors.From(Errno.AccessDenied, $"open {part}") : base.IsHeld(part);
    }

    // What a mode such as 440 does to all but root.
    private sealed class NotWriting : NamingFileSystem
    {
        protected override SafeFileHandle? OpenToWrite(string path) => throw FileErrors.From(Errno.AccessDenied, $"open {path}");
    }
}
