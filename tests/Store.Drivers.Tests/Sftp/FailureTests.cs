using System.Diagnostics;

namespace GlanceStore.Drivers.Sftp;

[TestClass]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class FailureTests
{
    private static readonly ImageId Id = new("image");

    [TestMethod]
    public async Task A_put_outlives_the_session_that_is_killed_at_60_percent()
    {
        await using var place = SftpPlace.New();
        var bytes = SftpPlace.Bytes(40 << 20);
        var killed = false;
        var source = new TrippingStream(bytes, bytes.Length * 6 / 10, () => killed = KillSessions(SftpServer.FrailProcess) > 0);
        var store = place.Store(place.Options(SftpServer.FrailPort));
        var receipt = await store.PutAsync(Id, source);
        Assert.IsTrue(killed, "No session was there to be killed.");
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync($"{place.Images}/image"));
        Assert.HasCount(1, place.Files());
        Assert.AreEqual(bytes.Length, receipt.Size);
    }

    [TestMethod]
    public async Task What_came_over_a_connection_that_broke_is_read_back_and_not_named_where_it_is_another()
    {
        await using var place = SftpPlace.New();
        await using var proxy = new CuttingProxy(SftpServer.Port);
        var options = place.Options() with { Port = proxy.Port, KnownHostsFile = null, AcceptUnknownHostKey = true };
        await using var store = new ImageStore("sftp", new SftpDriver(options), new ImageStoreOptions { ChunkBytes = 1 << 20 });
        var bytes = SftpPlace.Bytes(20 << 20);
        foreach (var isChanged in new[] { false, true })
        {
            var source = new TrippingStream(bytes, bytes.Length * 6 / 10, () =>
            {
                proxy.CutAll();
                if (isChanged)
                {
                    using var part = new FileStream(Directory.GetFiles(place.Images, ".glance-store-*.part").Single(), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                    part.WriteByte((byte)~bytes[0]); // of a chunk that is written by now: a few are read ahead, and this is the twelfth
                }
            });
            if (!isChanged)
            {
                await store.PutAsync(new ImageId("same"), source);
                CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync($"{place.Images}/same"));
                continue;
            }

            var error = await Assert.ThrowsExactlyAsync<StoreException>(() => store.PutAsync(Id, source));
            Assert.AreEqual(StoreError.Corrupted, error.Error, error.Message);
            Assert.HasCount(1, place.Files(), "The image before, and nothing of this one.");
        }
    }

    [TestMethod]
    public async Task A_read_goes_on_after_the_connection_was_cut_in_the_middle()
    {
        await using var place = SftpPlace.New();
        var bytes = SftpPlace.Bytes(24 << 20);
        var receipt = await place.PutAsync(place.Options(), Id, bytes);
        await using var proxy = new CuttingProxy(SftpServer.Port, cutAfter: 2 << 20);
        var through = place.Options() with { Port = proxy.Port, KnownHostsFile = null, AcceptUnknownHostKey = true };
        var store = place.Store(through);
        await using var image = await store.OpenReadAsync(store.ParseLocation($"sftp://127.0.0.1:{proxy.Port}{place.Images}/image"), ReadOptions.Verify(receipt));
        var copy = new MemoryStream();
        await image.CopyToAsync(copy);
        Assert.AreEqual(1, proxy.Cuts);
        CollectionAssert.AreEqual(bytes, copy.ToArray());
    }

    [TestMethod]
    public async Task No_space_on_the_server_is_OutOfSpace_at_once_and_leaves_nothing_behind()
    {
        SftpServer.Require();
        if (SftpServer.Full.Length == 0)
        {
            Assert.Inconclusive("Only root can mount a small file system.");
        }

        await using var place = SftpPlace.New(SftpServer.Full);
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => place.PutAsync(place.Options(), Id, SftpPlace.Bytes(20 << 20)));
        Assert.AreEqual(StoreError.OutOfSpace, error.Error);
        Assert.IsFalse(error.IsTransient);
        Assert.IsEmpty(place.Files());
    }

    [TestMethod]
    public async Task A_directory_the_user_may_not_write_to_is_AccessDenied()
    {
        SftpServer.Require();
        if (SftpServer.Chroot.Length == 0)
        {
            Assert.Inconclusive("Whoever started the server may write to all of its folders.");
        }

        await using var driver = new SftpDriver(SftpServer.Options("/images", SftpServer.ChrootedPort));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(async () => await driver.OpenWriteAsync(Id, new WriteIntent(WriteMode.CreateNew, 1), default));
        Assert.AreEqual(StoreError.AccessDenied, error.Error);
        Assert.IsFalse(error.IsTransient);
    }

    [TestMethod]
    public async Task Without_posix_rename_an_image_is_not_replaced_and_the_old_one_stays()
    {
        await using var place = SftpPlace.New();
        var store = place.Store(place.Options(SftpServer.PlainPort));
        await store.PutAsync(Id, new MemoryStream([1, 2, 3]), new PutOptions { Mode = WriteMode.Replace });
        var error = await Assert.ThrowsExactlyAsync<StoreException>(
            () => store.PutAsync(Id, new MemoryStream([4, 5, 6]), new PutOptions { Mode = WriteMode.Replace }));
        Assert.AreEqual(StoreError.Unsupported, error.Error);
        Assert.Contains("posix-rename", error.Message);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, await File.ReadAllBytesAsync($"{place.Images}/image"));
        Assert.HasCount(1, place.Files());
    }

    [TestMethod]
    public async Task A_link_that_leads_out_of_the_directory_is_no_image()
    {
        await using var place = SftpPlace.New();
        await using var driver = new SftpDriver(place.Options());
        await place.PutAsync(place.Options(), Id, [1]);
        var outside = $"{place.Folder}/outside";
        await File.WriteAllTextAsync(outside, "secret");
        File.CreateSymbolicLink($"{place.Images}/link", outside);
        var link = driver.LocationOf(new ImageId("link"));
        foreach (var attempt in new Func<Task>[]
        {
            async () => await driver.FindAsync(link, default),
            async () => await driver.OpenReadAsync(link, new ReadIntent(), default),
            async () => await driver.DeleteAsync(link, new DeleteIntent(), default),
        })
        {
            Assert.AreEqual(StoreError.InvalidLocation, (await Assert.ThrowsExactlyAsync<StoreException>(attempt)).Error);
        }

        Assert.AreEqual("secret", await File.ReadAllTextAsync(outside));
    }

    [TestMethod]
    public async Task A_replacement_of_the_same_size_within_the_second_has_another_version_tag()
    {
        await using var place = SftpPlace.New();
        await using var driver = new SftpDriver(place.Options());
        var tags = new List<string>();
        for (byte content = 1; content <= 3; content++)
        {
            var summary = new WriteSummary(1, new ChunkManifest([]), []);
            var stored = await driver.WriteWholeAsync(Id, new WriteIntent(WriteMode.Replace, 1), new Chunk(0, 0, new[] { content }, 0, true), summary, default);
            var found = await driver.FindAsync(driver.LocationOf(Id), default);
            Assert.AreEqual(stored.VersionTag, found!.VersionTag);
            tags.Add(stored.VersionTag!);
        }

        Assert.HasCount(3, tags.Distinct());
    }

    [TestMethod]
    public async Task New_images_get_the_permissions_of_the_options()
    {
        await using var place = SftpPlace.New();
        await place.PutAsync(place.Options() with { FileMode = UnixFileMode.UserRead | UnixFileMode.GroupRead }, Id, [1]);
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.GroupRead, File.GetUnixFileMode($"{place.Images}/image"));
    }

    [TestMethod]
    public async Task A_directory_that_was_removed_is_made_again()
    {
        await using var place = SftpPlace.New();
        var store = place.Store(place.Options());
        await store.PutAsync(new ImageId("first"), new MemoryStream([1]));
        Directory.Delete(place.Images, recursive: true);
        await store.PutAsync(Id, new MemoryStream([2]));
        Assert.HasCount(1, place.Files());
    }

    // The children of the daemon, and theirs: one serves a session.
    private static int KillSessions(int process)
    {
        var children = Process.GetProcesses().Where(child => ParentOf(child.Id) == process).ToList();
        foreach (var child in children)
        {
            KillSessions(child.Id);
            child.Kill();
        }

        return children.Count;
    }

    private static int ParentOf(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
