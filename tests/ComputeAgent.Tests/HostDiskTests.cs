using GlanceStore.Cache.Tests;
using GlanceStore.ComputeAgent.State;
using GlanceStore.ImageService.Tests;
using Microsoft.Extensions.Logging.Abstractions;

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
    [DataRow("""{"frmat": "raw"}""", "'frmat' is not known here")]
    [DataRow("""{"priority": "high"}""", "is of another type. Path: $.priority")]
    [DataRow("""{"signature": {}}""", "it lacks ")]
    [DataRow("""{"signature": {"hash_method": null, "key_type": "RSA-PSS", "signature": "YQ==", "certificate_uuid": "x"}}""", "null")]
    [DataRow("""{"priority": 1, "priority": 2}""", "priority")]
    [DataRow("{", "Path: $")]
    public async Task A_body_that_is_not_of_its_form_is_told_without_names_of_the_program(string body, string words)
    {
        using var place = new Place();
        await using var agent = await RunningAgent.StartAsync(place);
        var answer = (await agent.Client.PutAsync($"/images/{ImageId.New()}", body)).Refuses(400, "BadRequest", words);
        Assert.DoesNotContain("GlanceStore", answer["detail"]!);
        Assert.DoesNotContain("System.", answer["detail"]!);
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
    public async Task Disks_can_be_deleted_to_make_room_where_the_disk_is_full_and_what_failed_leaves_nothing()
    {
        using var place = new Place();
        using var small = SmallDisk.Mount(place.At("small"), "tmpfs", "size=8m");
        string[] onSmall = [$"ComputeAgent:Directory={small.Path}/agent", $"ComputeAgent:DisksDirectory={small.Path}/disks"];
        await using var agent = await RunningAgent.StartAsync(place, onSmall);
        var id = await ReadyAsync(place, agent);
        string[] kinds = ["overlay", "clone", "nbd"];
        foreach (var kind in kinds)
        {
            (await agent.Client.PostAsync($"/images/{id}/disks", $$"""{"kind": "{{kind}}", "id": "{{kind}}"}""")).Is(201);
        }

        var records = Path.Combine(small.Path, "agent/disk-records");
        var fill = Path.Combine(small.Path, "fill");
        foreach (var kind in kinds)
        {
            Fill(fill);
            (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "clone"}""")).Refuses(507, "OutOfSpace");
            (await agent.Client.DeleteAsync($"/disks/{kind}")).Is(204);
        }

        Fill(fill);
        (await agent.Client.DeleteAsync($"/images/{id}")).Is(204);
        Assert.IsEmpty(Directory.GetFiles(Path.Combine(small.Path, "disks")));
        Assert.IsEmpty(Directory.GetFiles(records));
        Assert.IsEmpty((await agent.Client.GetAsync("/disks")).Json["disks"]!.AsArray());
    }

    [TestMethod]
    public void A_record_that_finds_no_room_is_OutOfSpace_and_one_that_is_there_can_be_changed()
    {
        using var place = new Place();
        using var small = SmallDisk.Mount(place.At("small"), "tmpfs", "size=64k");
        var folder = Path.Combine(small.Path, "records");
        var records = new RecordFolder<string>(folder, NullLogger.Instance);
        records.Write("a", "one");
        Fill(Path.Combine(small.Path, "fill"));
        for (var i = 0; i < 20; i++)
        {
            var text = new string('a', 100 * i);
            records.Write("a", text);
            Assert.AreEqual(text, records.ReadAll().Single());
            FailsForRoom(() => records.Write("b", "two"));
            FailsForRoom(() => records.Write("a", new string('b', 100_000)));
            Assert.HasCount(1, Directory.GetFiles(folder));
        }

        // What a process leaves that dies while it writes, and the room that an earlier one kept.
        File.Move(Path.Combine(small.Path, "fill"), Path.Combine(folder, "c.json.next"));
        records = new RecordFolder<string>(folder, NullLogger.Instance);
        Assert.HasCount(1, Directory.GetFiles(folder));
        records.Write("b", "two");
        Assert.HasCount(2, records.ReadAll());
    }

    private static void FailsForRoom(Action write) => Assert.AreEqual(StoreError.OutOfSpace, Assert.ThrowsExactly<StoreException>(write).Error);

    private static void Fill(string path)
    {
        using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write);
        var length = RandomAccess.GetLength(file);
        try
        {
            while (true)
            {
                RandomAccess.Write(file, new byte[512], length);
                length += 512;
            }
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    private static async Task<ImageId> ReadyAsync(Place place, RunningAgent agent)
    {
        var id = await place.ImageAsync(SomeBytes.Of(Size));
        (await agent.Client.PutAsync($"/images/{id}")).Is(202);
        await agent.Client.UntilAsync(id, "ready");
        return id;
    }
}
