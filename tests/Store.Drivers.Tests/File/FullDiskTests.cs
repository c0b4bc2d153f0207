using static GlanceStore.Drivers.File.Tests.TestStore;

namespace GlanceStore.Drivers.File.Tests;

[TestClass]
public sealed class FullDiskTests
{
    [TestMethod]
    [DataRow("unnamed")]
    [DataRow("named")]
    public async Task Declared_size_that_does_not_fit_is_OutOfSpace_before_a_byte_is_written(string host)
    {
        using var disk = Tmpfs.Mount("size=4m");
        var driver = new FileDriver(new FileDriverOptions { Directory = disk.Path }, null, Host(host));

        await Fails(StoreError.OutOfSpace, () => driver.OpenWriteAsync(new ImageId("x"), new WriteIntent(WriteMode.CreateNew, 8 << 20), default).AsTask());

        await ExpectEmptyAndUsable(driver, disk);
    }

    [TestMethod]
    [DataRow("unnamed")]
    [DataRow("named")]
    [DataRow("portable")]
    public async Task Disk_that_fills_up_is_OutOfSpace_and_nothing_is_left(string host)
    {
        using var disk = Tmpfs.Mount("size=4m");
        var driver = new FileDriver(new FileDriverOptions { Directory = disk.Path }, null, Host(host));
        await using (var writer = await driver.OpenWriteAsync(new ImageId("x"), new WriteIntent(WriteMode.CreateNew, null), default))
        {
            await Fails(StoreError.OutOfSpace, () => Write(writer, Bytes(8 << 20), 1 << 20));
        }

        await ExpectEmptyAndUsable(driver, disk);
    }

    [TestMethod]
    public async Task Thin_image_larger_than_the_disk_fits_where_its_bytes_do()
    {
        using var disk = Tmpfs.Mount("size=4m");
        var driver = new FileDriver(new FileDriverOptions { Directory = disk.Path, ThinProvisioning = true });
        var bytes = new byte[16 << 20];
        Bytes(1 << 20).CopyTo(bytes, 9 << 20);

        Assert.AreEqual(bytes.Length, (await Put(driver, "x", bytes, chunk: 1 << 20)).Size);
    }

    [TestMethod]
    public async Task Read_only_file_system_serves_reads_and_denies_writes_and_deletes()
    {
        using var disk = Tmpfs.Mount("size=4m");
        var stored = await Put(new FileDriver(new FileDriverOptions { Directory = disk.Path }), "x", Bytes(10));
        disk.Remount("ro");

        var driver = new FileDriver(new FileDriverOptions { Directory = disk.Path, FileMode = (UnixFileMode)0b110_100_100 });

        Assert.AreEqual(stored, await driver.FindAsync(stored.Location, default));
        await (await driver.OpenReadAsync(stored.Location, new ReadIntent(), default)).DisposeAsync();
        await Fails(StoreError.AccessDenied, () => Put(driver, "y", Bytes(10)));
        await Fails(StoreError.AccessDenied, () => driver.DeleteAsync(stored.Location, new DeleteIntent(), default).AsTask());
    }

    private static async Task ExpectEmptyAndUsable(FileDriver driver, Tmpfs disk)
    {
        Assert.IsEmpty(System.IO.Directory.GetFileSystemEntries(disk.Path, "*", new EnumerationOptions { AttributesToSkip = 0 }));
        Assert.AreEqual(3 << 20, (await Put(driver, "x", Bytes(3 << 20))).Size);
    }
}
