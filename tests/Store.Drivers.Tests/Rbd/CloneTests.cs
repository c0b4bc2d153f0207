using System.Text.Json;

namespace GlanceStore.Drivers.Rbd;

/// <summary>What OpenStack's compute and volume services find in the pool, and what they leave in it for us.</summary>
[TestClass]
public sealed class CloneTests
{
    private const int Length = (9 << 20) + 5;

    [TestMethod]
    public async Task An_image_is_of_the_second_format_with_one_protected_snapshot_of_its_size()
    {
        await using var place = TestPlace.New();
        var id = await place.PutAsync(Bytes());
        var info = Json(place.Rbd("info", id.Value, "--format", "json"));
        Assert.AreEqual(2, info.GetProperty("format").GetInt32());
        Assert.AreEqual(Length, info.GetProperty("size").GetInt64());
        Assert.AreEqual(8 << 20, info.GetProperty("object_size").GetInt64());
        Assert.Contains("layering", info.GetProperty("features").EnumerateArray().Select(feature => feature.GetString()));
        var snapshot = Json(place.Rbd("snap", "ls", id.Value, "--format", "json")).EnumerateArray().Single();
        Assert.AreEqual(RbdLocations.Snapshot, snapshot.GetProperty("name").GetString());
        Assert.AreEqual(Length, snapshot.GetProperty("size").GetInt64());
        Assert.AreEqual("true", snapshot.GetProperty("protected").ToString(), ignoreCase: true);
    }

    [TestMethod]
    [DataRow("1")]
    [DataRow("2")]
    public async Task A_disk_cloned_from_an_image_is_the_image_and_outlives_it_once_flattened(string cloneFormat)
    {
        await using var place = TestPlace.New();
        var bytes = Bytes();
        var id = await place.PutAsync(bytes);
        CephServer.Rbd("clone", place.Spec($"{id}@snap"), place.Spec("disk"), "--rbd-default-clone-format", cloneFormat);
        TestPlace.AssertSame(bytes, place.Rbd("export", "disk", "-"));
        var error = await Assert.ThrowsExactlyAsync<StoreException>(() => place.Store.DeleteAsync(place.Store.LocationOf(id)));
        Assert.AreEqual(StoreError.InUse, error.Error, error.Message);
        TestPlace.AssertSame(bytes, await place.ReadAsync(id));
        place.Rbd("flatten", "disk");
        Assert.IsTrue(await place.Store.DeleteAsync(place.Store.LocationOf(id)));
        TestPlace.AssertSame(bytes, place.Rbd("export", "disk", "-"));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task An_image_that_was_cloned_from_a_disk_is_one_here_whether_or_not_it_was_flattened(bool isFlat)
    {
        await using var place = TestPlace.New();
        var bytes = new byte[48 << 20];
        Bytes().CopyTo(bytes, 20 << 20);
        Import(place, "disk", bytes);
        place.Rbd("snap", "create", "disk@backup");
        place.Rbd("snap", "protect", "disk@backup");
        var id = ImageId.New();
        CephServer.Rbd("clone", place.Spec("disk@backup"), place.Spec(id.Value));
        if (isFlat)
        {
            place.Rbd("flatten", id.Value);
        }

        Assert.IsNull(await place.Store.FindAsync(place.Store.LocationOf(id)), "Without its snapshot it is not finished.");
        place.Rbd("snap", "create", $"{id}@snap");
        place.Rbd("snap", "protect", $"{id}@snap");
        Assert.AreEqual(bytes.Length, (await place.Store.FindAsync(place.Store.LocationOf(id)))?.Size);
        TestPlace.AssertSame(bytes, await place.ReadAsync(id));
        Assert.IsTrue(await place.Store.DeleteAsync(place.Store.LocationOf(id)));
        TestPlace.AssertSame(bytes, place.Rbd("export", "disk", "-"));
    }

    [TestMethod]
    public async Task A_disk_that_was_resized_after_its_snapshot_is_still_the_image_of_the_snapshot()
    {
        await using var place = TestPlace.New();
        var bytes = Bytes();
        var id = await place.PutAsync(bytes);
        place.Rbd("resize", id.Value, "--size", "20M", "--no-progress");
        TestPlace.AssertSame(bytes, await place.ReadAsync(id));
        place.Rbd("resize", id.Value, "--size", "1M", "--allow-shrink", "--no-progress");
        TestPlace.AssertSame(bytes, await place.ReadAsync(id));
        Assert.IsTrue(await place.Store.DeleteAsync(place.Store.LocationOf(id)));
        Assert.IsEmpty(place.Objects);
    }

    [TestMethod]
    [DataRow("layering,striping", 64 << 10)]
    [DataRow("layering,striping,exclusive-lock,object-map,fast-diff", 64 << 10)]
    [DataRow("layering,exclusive-lock,object-map,fast-diff,deep-flatten,journaling", 0)]
    [DataRow("layering,exclusive-lock,object-map", 0)]
    public async Task An_image_of_other_features_than_ours_with_holes_in_it_is_read_byte_for_byte(string features, int stripe)
    {
        await using var place = TestPlace.New();
        var bytes = new byte[48 << 20];
        new Random(1).NextBytes(bytes.AsSpan(5 << 20, 3 << 20));
        new Random(2).NextBytes(bytes.AsSpan((33 << 20) + 77, 100_000));
        var id = ImageId.New();
        string[] striping = stripe == 0 ? [] : ["--stripe-unit", $"{stripe}", "--stripe-count", "4"];
        Import(place, id.Value, bytes, ["--image-feature", features, "--object-size", "1M", .. striping]);
        place.Rbd("snap", "create", $"{id}@snap");
        TestPlace.AssertSame(bytes, await place.ReadAsync(id));
        Assert.IsTrue(await place.Store.DeleteAsync(place.Store.LocationOf(id)), "An image whose snapshot is not protected is one, too.");
        Assert.IsEmpty(place.Objects);
    }

    private static void Import(TestPlace place, string name, byte[] bytes, params string[] options)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, bytes);
            CephServer.Rbd(["import", "--no-progress", file, place.Spec(name), .. options]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static byte[] Bytes()
    {
        var bytes = new byte[Length];
        new Random(3).NextBytes(bytes);
        return bytes;
    }

    private static JsonElement Json(byte[] text) => JsonDocument.Parse(text).RootElement;
}
