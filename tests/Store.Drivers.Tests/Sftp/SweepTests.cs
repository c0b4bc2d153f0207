namespace GlanceStore.Drivers.Sftp;

[TestClass]
public sealed class SweepTests
{
    [TestMethod]
    public async Task A_sweep_removes_old_parts_and_nothing_else()
    {
        await using var place = SftpPlace.New();
        await place.PutAsync(place.Options(), new ImageId("image"), [1]);
        var old = await PartAsync(place, "old", DateTime.UtcNow.AddDays(-2));
        var young = await PartAsync(place, "young", DateTime.UtcNow);
        await using var driver = new SftpDriver(place.Options());
        var told = await driver.SweepAsync(DateTimeOffset.UtcNow.AddDays(-1), SweepMode.DryRun, default).ToListAsync();
        Assert.HasCount(3, place.Files());
        var removed = await driver.SweepAsync(DateTimeOffset.UtcNow.AddDays(-1), SweepMode.Remove, default).ToListAsync();
        Assert.AreEqual(old, told.Single().Name);
        Assert.AreEqual(old, removed.Single().Name);
        Assert.AreEqual(3, removed.Single().SizeBytes);
        Assert.HasCount(2, place.Files());
        Assert.IsTrue(File.Exists(young));
    }

    [TestMethod]
    public async Task Where_there_is_no_directory_yet_there_is_nothing_to_sweep()
    {
        await using var place = SftpPlace.New();
        await using var driver = new SftpDriver(place.Options());
        Assert.IsEmpty(await driver.SweepAsync(DateTimeOffset.UtcNow, SweepMode.Remove, default).ToListAsync());
    }

    [TestMethod]
    public async Task A_part_that_another_sweep_removed_first_does_not_end_this_one()
    {
        await using var place = SftpPlace.New();
        await place.PutAsync(place.Options(), new ImageId("image"), [1]);
        foreach (var name in new[] { "one", "two", "three" })
        {
            await PartAsync(place, name, DateTime.UtcNow.AddDays(-2));
        }

        await using var driver = new SftpDriver(place.Options());
        var removed = 0;
        await foreach (var _ in driver.SweepAsync(DateTimeOffset.UtcNow.AddDays(-1), SweepMode.Remove, default))
        {
            if (removed++ == 0)
            {
                File.Delete(place.Files().First(file => file.EndsWith(".part", StringComparison.Ordinal)));
            }
        }

        Assert.AreEqual(2, removed);
        Assert.HasCount(1, place.Files());
    }

    private static async Task<string> PartAsync(SftpPlace place, string name, DateTime modified)
    {
        var path = $"{place.Images}/{SftpLocations.PartName(name)}";
        await File.WriteAllBytesAsync(path, [1, 2, 3]);
        File.SetLastWriteTimeUtc(path, modified);
        return path;
    }
}
