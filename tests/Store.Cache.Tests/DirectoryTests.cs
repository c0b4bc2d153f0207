using System.Diagnostics;
using System.Runtime.Versioning;
using static GlanceStore.Cache.Tests.Place;

namespace GlanceStore.Cache.Tests;

/// <summary>Which directory a cache works in, and which files in it.</summary>
[TestClass]
public sealed class DirectoryTests
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [TestMethod]
    [UnsupportedOSPlatform("windows")]
    public async Task A_directory_is_made_for_this_user_alone()
    {
        await using var place = new Place();
        await using var cache = await place.OpenAsync();
        await (await cache.EnsureAsync(await place.SourceAsync(Bytes(10)))).DisposeAsync();
        Assert.AreEqual(Own, File.GetUnixFileMode(place.Folder));
        Assert.AreEqual(Own, File.GetUnixFileMode(Path.Combine(place.Folder, place.Entries.Single())));
    }

    [TestMethod]
    [DataRow(UnixFileMode.GroupWrite)]
    [DataRow(UnixFileMode.OtherWrite)]
    [UnsupportedOSPlatform("windows")]
    public async Task A_directory_that_others_can_write_to_is_refused(UnixFileMode more)
    {
        await using var place = new Place();
        Directory.CreateDirectory(place.Folder);
        File.SetUnixFileMode(place.Folder, Own | more);
        Assert.Contains("chmod", (await FailsAsync(StoreError.InvalidConfiguration, () => place.OpenAsync())).Message);
    }

    [TestMethod]
    [UnsupportedOSPlatform("windows")]
    public async Task A_directory_of_somebody_else_is_refused()
    {
        if (Environment.UserName != "root")
        {
            Assert.Inconclusive("Only root can give a directory away.");
        }

        await using var place = new Place();
        Directory.CreateDirectory(place.Folder, Own);
        await RunAsync("chown", "65534", place.Folder);
        Assert.Contains("65534", (await FailsAsync(StoreError.InvalidConfiguration, () => place.OpenAsync())).Message);
    }

    [TestMethod]
    public async Task A_link_is_not_followed_to_a_directory_nor_out_of_it()
    {
        await using var place = new Place();
        var target = Directory.CreateDirectory(place.At("elsewhere")).FullName;
        File.CreateSymbolicLink(place.Folder, target);
        await FailsAsync(StoreError.InvalidConfiguration, () => place.OpenAsync());
        File.Delete(place.Folder);

        var source = await place.SourceAsync(Bytes(2 * ChunkBytes));
        await using var cache = await place.OpenAsync();
        await (await cache.EnsureAsync(source)).DisposeAsync();
        var image = place.ImageOf(source);
        foreach (var name in new[] { image, Path.Combine(Path.GetDirectoryName(image)!, "journal"), Path.Combine(Path.GetDirectoryName(image)!, "lock") })
        {
            var kept = await File.ReadAllBytesAsync(name);
            File.Delete(name);
            await File.WriteAllTextAsync(place.At("precious"), "mine");
            File.CreateSymbolicLink(name, place.At("precious"));
            await FailsAsync(StoreError.Refused, () => cache.EnsureAsync(source));
            Assert.AreEqual("mine", await File.ReadAllTextAsync(place.At("precious")));
            File.Delete(name);
            await File.WriteAllBytesAsync(name, kept);
        }

        var entry = Path.GetDirectoryName(image)!;
        Directory.Move(entry, place.At("moved"));
        File.CreateSymbolicLink(entry, place.At("moved"));
        await FailsAsync(StoreError.Refused, () => cache.EnsureAsync(source));
        Assert.IsEmpty(await cache.ListAsync());
    }

    [TestMethod]
    public async Task Every_mistake_in_the_options_is_told_at_once()
    {
        await using var place = new Place();
        var failure = await FailsAsync(StoreError.InvalidConfiguration, () => place.OpenAsync(options => options with
        {
            MaxBytes = 0, ReverifyAfter = TimeSpan.Zero, ReadAheadBytes = -1, Parallelism = 0, BackgroundBytesPerSecond = 0,
        }));
        foreach (var name in new[] { "MaxBytes", "ReverifyAfter", "ReadAheadBytes", "Parallelism", "BackgroundBytesPerSecond" })
        {
            Assert.Contains(name, failure.Message);
        }
    }

    [TestMethod]
    public async Task A_disk_that_is_full_is_told_and_what_was_not_used_for_longest_goes_first()
    {
        await using var place = new Place();
        using var disk = SmallDisk.Mount(place.At("small"), "tmpfs", "size=2m");
        await using var cache = await place.OpenAsync(options => options with { Directory = Path.Combine(disk.Path, "cache") });
        var (first, second, large) = (await place.SourceAsync(Random(1 << 20, 1)), await place.SourceAsync(Random(3 << 19, 2)), await place.SourceAsync(Random(3 << 20, 3)));
        await (await cache.EnsureAsync(first)).DisposeAsync();
        await (await cache.EnsureAsync(second)).DisposeAsync();
        Assert.AreEqual(second.Digest, (await cache.ListAsync()).Single().Digest);

        Assert.Contains("full", (await FailsAsync(StoreError.OutOfSpace, () => cache.EnsureAsync(large))).Message);
        await using (var image = await cache.OpenAsync(large))
        {
            await SameAsync(Random(3 << 20, 3), image); // past the disk
        }

        await using var file = await cache.EnsureAsync(first);
        CollectionAssert.AreEqual(Random(1 << 20, 1), await File.ReadAllBytesAsync(file.Path));
    }

    [TestMethod]
    public async Task A_disk_that_is_full_does_not_stop_an_image_without_chunks_that_fits_where_others_go()
    {
        await using var place = new Place();
        using var disk = SmallDisk.Mount(place.At("small"), "tmpfs", "size=14m");
        await using var cache = await place.OpenAsync(options => options with { Directory = Path.Combine(disk.Path, "cache") });
        await (await cache.EnsureAsync(await place.SourceAsync(Random(6 << 20, 1)))).DisposeAsync();
        var bytes = Random(11 << 20, 2);
        await using var file = await cache.EnsureAsync(await place.PlainSourceAsync(bytes));
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(file.Path));
    }

    internal static byte[] Random(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    internal static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.AreEqual(0, process.ExitCode, $"{program} {string.Join(' ', arguments)}: {await errors}");
    }
}
