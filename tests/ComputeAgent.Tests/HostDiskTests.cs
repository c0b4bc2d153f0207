using GlanceStore.Cache.Tests;
using GlanceStore.ComputeAgent.State;
using GlanceStore.ImageService.Tests;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>What a disk of this host does not take: it is full, has no such names, or no files of that length.</summary>
[TestClass]
public sealed class HostDiskTests
{
    private const int Size = 4 * Place.ChunkBytes;

    [TestMethod]
    [DataRow("overlay", "small/disk", "size=4k")]
    [DataRow("overlay", "small/folder/disk", "size=1m,nr_inodes=1")]
    [DataRow("clone", "small/disk", "size=64k")]
    [DataRow("clone", "small/folder/disk", "size=1m,nr_inodes=1")]
    public async Task A_disk_that_is_made_where_there_is_no_room_is_OutOfSpace_and_leaves_nothing(string kind, string path, string options)
    {
        using var place = new Place();
        using var small = SmallDisk.Mount(place.At("disks/small"), "tmpfs", options);
        await using var agent = await RunningAgent.StartAsync(place);
        var id = await ReadyAsync(place, agent);
        (await agent.Client.PostAsync($"/images/{id}/disks", $$"""{"kind": "{{kind}}", "path": "{{path}}"}""")).Refuses(507, "OutOfSpace");
        Assert.IsEmpty(Directory.GetFileSystemEntries(small.Path));
        Assert.IsEmpty((await agent.Client.GetAsync("/disks")).Json["disks"]!.AsArray());
        (await agent.Client.DeleteAsync($"/images/{id}")).Is(204);
    }

    [TestMethod]
    public async Task A_directory_that_cannot_be_made_is_told_in_a_sentence()
    {
        using var place = new Place();
        using var small = SmallDisk.Mount(place.At("disks/small"), "tmpfs", "ro");
        await using var agent = await RunningAgent.StartAsync(place);
        var id = await ReadyAsync(place, agent);
        (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "clone", "path": "small/folder/disk"}""")).Refuses(503, "Unavailable", "small/folder/disk");
    }

    [TestMethod]
    [DataRow("overlay")]
    [DataRow("clone")]
    public async Task A_disk_that_is_larger_than_files_can_be_is_TooLarge_and_leaves_nothing(string kind)
    {
        using var place = new Place();
        await using var agent = await RunningAgent.StartAsync(place);
        var id = await ReadyAsync(place, agent);
        (await agent.Client.PostAsync($"/images/{id}/disks", $$"""{"kind": "{{kind}}", "size": 9223372036854775296}""")).Refuses(413, "TooLarge");
        Assert.IsEmpty(Directory.GetFileSystemEntries(place.At("disks")));
        Assert.IsEmpty((await agent.Client.GetAsync("/disks")).Json["disks"]!.AsArray());
    }

    [TestMethod]
    [DataRow("p", 256, "")]
    [DataRow("p", 256, "/disk")]
    [DataRow("ü", 128, "")]
    public async Task A_path_with_a_name_that_no_file_has_is_a_mistake_of_who_sent_it(string letter, int count, string rest)
    {
        using var place = new Place();
        await using var agent = await RunningAgent.StartAsync(place);
        var id = await ReadyAsync(place, agent);
        var path = string.Concat(Enumerable.Repeat(letter, count)) + rest;
        (await agent.Client.PostAsync($"/images/{id}/disks", $$"""{"kind": "clone", "path": "{{path}}"}""")).Refuses(400, "BadRequest", "'path'");
        Assert.IsEmpty(Directory.GetFileSystemEntries(place.At("disks")));
    }

    [TestMethod]
    [DataRow("""{"signature": {}}""", "signature")]
    [DataRow("""{"signature": {"hash_method": "SHA-256", "key_type": "RSA-PSS", "signature": "YQ=="}}""", "certificate_uuid")]
    [DataRow("""{"signature": {"hash_method": null, "key_type": "RSA-PSS", "signature": "YQ==", "certificate_uuid": "x"}}""", "hash_method")]
    public async Task A_signature_that_lacks_a_part_is_a_mistake_of_who_sent_it(string body, string words)
    {
        using var place = new Place();
        await using var agent = await RunningAgent.StartAsync(place);
        var id = await place.ImageAsync(SomeBytes.Of(Size));
        (await agent.Client.PutAsync($"/images/{id}", body)).Refuses(400, "BadRequest", words);
        (await agent.Client.GetAsync($"/images/{id}")).Refuses(404, "NotFound");
    }

    [TestMethod]
    public void Records_that_find_no_room_are_OutOfSpace()
    {
        using var place = new Place();
        using var small = SmallDisk.Mount(place.At("small"), "tmpfs", "size=4k");
        var records = new RecordFolder<string>(Path.Combine(small.Path, "records"), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var error = Assert.ThrowsExactly<StoreException>(() => records.Write("a", new string('a', 10_000)));
        Assert.AreEqual(StoreError.OutOfSpace, error.Error);
        Assert.IsEmpty(records.ReadAll());
    }

    private static async Task<ImageId> ReadyAsync(Place place, RunningAgent agent)
    {
        var id = await place.ImageAsync(SomeBytes.Of(Size));
        (await agent.Client.PutAsync($"/images/{id}")).Is(202);
        await agent.Client.UntilAsync(id, "ready");
        return id;
    }
}
