using System.Text;
using GlanceStore.ImageService.Tests;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>Disks of guests, looked at with QEMU's and libnbd's own programs.</summary>
[TestClass]
public sealed class DiskTests
{
    private const int Size = 40 * Place.ChunkBytes;

    [TestMethod]
    public async Task An_overlay_reads_as_the_image_and_holds_it_as_long_as_it_is_there()
    {
        using var place = new Place();
        var (source, bytes) = await SourceAsync(place);
        await using var agent = await RunningAgent.StartAsync(place);
        foreach (var (image, format) in new[] { (bytes, "null"), (await Tools.Qcow2Async(source, place.Root), "null"), (await Tools.Qcow2Async(source, place.Root), "\"raw\"") })
        {
            var id = await ReadyAsync(place, agent, image, format);
            var disk = (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "overlay"}""")).Is(201);
            Assert.AreEqual("qcow2", disk["format"]);
            await Tools.CompareAsync(source, "raw", disk["path"]!, "qcow2", place.Root);
            (await agent.Client.DeleteAsync($"/images/{id}")).Refuses(409, "InUse", disk["id"]!);
            await agent.Agent.Cache.EvictAsync(0);
            await Tools.CompareAsync(source, "raw", disk["path"]!, "qcow2", place.Root);
            (await agent.Client.DeleteAsync($"/disks/{disk["id"]}")).Is(204);
            Assert.IsFalse(File.Exists(disk["path"]));
            (await agent.Client.DeleteAsync($"/images/{id}")).Is(204);
        }

        Assert.IsEmpty(Directory.GetFileSystemEntries(place.At("disks")));
    }

    [TestMethod]
    public async Task An_overlay_and_a_raw_clone_are_as_large_as_they_are_asked_to_be_and_not_smaller_than_the_image()
    {
        using var place = new Place();
        var (_, bytes) = await SourceAsync(place);
        await using var agent = await RunningAgent.StartAsync(place);
        var id = await ReadyAsync(place, agent, bytes, "null");
        foreach (var kind in new[] { "overlay", "clone" })
        {
            var disk = (await agent.Client.PostAsync($"/images/{id}/disks", $$"""{"kind": "{{kind}}", "size": {{2 * Size}}}""")).Is(201);
            var info = await DebianProgram.RunAsync("/usr/bin/qemu-img", ["info", "--output=json", disk["path"]!], place.Root);
            Assert.Contains($"\"virtual-size\": {2 * Size}", info);
            (await agent.Client.PostAsync($"/images/{id}/disks", $$"""{"kind": "{{kind}}", "size": {{Size - 512}}}""")).Refuses(400, "BadRequest");
        }

        Assert.HasCount(2, Directory.GetFileSystemEntries(place.At("disks")));
    }

    [TestMethod]
    public async Task A_clone_is_the_image_and_is_the_guests_own()
    {
        using var place = new Place();
        var (_, bytes) = await SourceAsync(place);
        await using var agent = await RunningAgent.StartAsync(place);
        var id = await ReadyAsync(place, agent, bytes, "null");
        var disk = (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "clone", "id": "guest-1", "path": "guest-1/disk"}""")).Is(201);
        Assert.AreEqual(place.At("disks/guest-1/disk"), disk["path"]);
        Assert.IsTrue(disk["method"] is "copy" or "reflink", disk.Text);
        Assert.AreSequenceEqual(bytes, await File.ReadAllBytesAsync(disk["path"]!));
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(disk["path"]!));
        (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "clone", "id": "guest-1", "path": "guest-1/disk"}""")).Is(200);
        (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "overlay", "id": "guest-1"}""")).Refuses(409, "AlreadyExists");
    }

    [TestMethod]
    public async Task An_export_is_read_while_the_image_arrives_and_is_the_image()
    {
        using var place = new Place();
        await using var server = await SlowServer.StartAsync(free: 8 * Place.ChunkBytes);
        await using var agent = await RunningAgent.StartAsync(place, server.Settings);
        var (source, bytes) = await SourceAsync(place);
        var id = ImageId.New();
        (await agent.Client.PutImageAsync(id, server.Add("image", bytes, await place.StoreAsync(id, bytes)))).Is(202);
        var disk = (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "nbd"}""")).Is(201);
        Assert.AreEqual($"{Size}", disk["size"]);
        Assert.Contains($"export-size: {Size}", await Tools.InfoAsync(disk["uri"]!, place.Root));
        var first = place.At("first");
        await DebianProgram.RunAsync("/usr/bin/qemu-img", ["dd", "-f", "raw", "-O", "raw", "bs=65536", "count=4", $"if={disk["uri"]}", $"of={first}"], place.Root);
        Assert.AreSequenceEqual(bytes[..(4 * Place.ChunkBytes)], await File.ReadAllBytesAsync(first));
        Assert.AreEqual("downloading", (await agent.Client.GetAsync($"/images/{id}"))["state"]);
        server.GoOn();
        await Tools.CompareAsync(source, "raw", disk["uri"]!, "raw", place.Root);
        await agent.Client.UntilAsync(id, "ready");
        Assert.IsLessThan(Size * 1.1, (double)server.Bytes);
    }

    [TestMethod]
    public async Task Ten_guests_of_one_image_that_is_fetched_when_used_fetch_it_once_and_are_ended_when_it_is_meant()
    {
        using var place = new Place();
        await using var server = await SlowServer.StartAsync(free: long.MaxValue);
        await using var agent = await RunningAgent.StartAsync(place, server.Settings);
        var (source, bytes) = await SourceAsync(place);
        var image = await Tools.Qcow2Async(source, place.Root);
        var id = ImageId.New();
        (await agent.Client.PutImageAsync(id, server.Add("image", image, await place.StoreAsync(id, image)), """, "format": "raw", "fetch": "when_used" """)).Is(200);
        Assert.AreEqual(0, server.Bytes);
        var disks = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "nbd"}""")).Is(201)));
        foreach (var disk in disks)
        {
            Assert.AreSequenceEqual(bytes, await Tools.CopyAsync(disk["uri"]!, place.Root));
        }

        Assert.IsLessThan(image.Length * 1.01, (double)server.Bytes);
        var exports = (await agent.Client.GetAsync("/exports")).Json["exports"]!.AsArray();
        Assert.HasCount(10, exports);
        foreach (var disk in disks)
        {
            (await agent.Client.DeleteAsync($"/disks/{disk["id"]}?force=true")).Is(204);
        }

        Assert.AreEqual("""{"exports":[]}""", (await agent.Client.GetAsync("/exports")).Text);
        (await agent.Client.DeleteAsync($"/images/{id}")).Is(204);
    }

    [TestMethod]
    public async Task An_export_is_filled_to_its_end_also_where_a_store_failed_once()
    {
        using var place = new Place();
        await using var server = await SlowServer.StartAsync(free: 8 * Place.ChunkBytes);
        await using var agent = await RunningAgent.StartAsync(place, server.Settings);
        var (_, bytes) = await SourceAsync(place);
        var id = ImageId.New();
        (await agent.Client.PutImageAsync(id, server.Add("image", bytes, await place.StoreAsync(id, bytes)), """, "fetch": "when_used" """)).Is(200);
        (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "nbd"}""")).Is(201);
        server.Refuse(1);
        server.GoOn();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!(await agent.Agent.Cache.ListAsync()).Any(entry => entry.IsWhole))
        {
            await Task.Delay(20, limit.Token);
        }

        Assert.IsTrue(server.HasRefused);
    }

    [TestMethod]
    public async Task What_a_guest_says_that_it_will_read_is_fetched_once_however_often_it_says_so()
    {
        using var place = new Place();
        await using var server = await SlowServer.StartAsync(free: long.MaxValue);
        await using var agent = await RunningAgent.StartAsync(place, server.Settings);
        var (_, bytes) = await SourceAsync(place);
        var id = ImageId.New();
        (await agent.Client.PutImageAsync(id, server.Add("image", bytes, await place.StoreAsync(id, bytes)), """, "fetch": "when_used" """)).Is(200);
        var disk = (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "nbd"}""")).Is(201);
        await Tools.AnnounceAsync(disk["uri"]!, place.Root);
        Assert.IsGreaterThanOrEqualTo(bytes.Length, server.Bytes);
        Assert.IsLessThan(bytes.Length * 1.01, (double)server.Bytes);
    }

    [TestMethod]
    [DataRow("../outside")]
    [DataRow("/etc/compute-agent-disk")]
    [DataRow("a/../../outside")]
    [DataRow("link/disk")]
    [DataRow("file/disk")]
    [DataRow(".")]
    [DataRow("a\\u0000b")]
    [DataRow("folder/")]
    [DataRow(".guest-2.part")]
    [DataRow("folder/.guest-2.part")]
    public async Task A_file_is_made_in_the_directory_of_disks_and_nowhere_else(string path)
    {
        using var place = new Place();
        var (_, bytes) = await SourceAsync(place);
        Directory.CreateSymbolicLink(place.At("disks/link"), place.At("cold"));
        await File.WriteAllTextAsync(place.At("disks/file"), "");
        await using var agent = await RunningAgent.StartAsync(place);
        var id = await ReadyAsync(place, agent, bytes, "null");
        foreach (var kind in new[] { "overlay", "clone" })
        {
            (await agent.Client.PostAsync($"/images/{id}/disks", $$"""{"kind": "{{kind}}", "path": "{{path}}"}""")).Refuses(400, "BadRequest", "'path'");
        }

        Assert.IsEmpty(Directory.GetFileSystemEntries(place.At("cold")));
        Assert.IsFalse(File.Exists(place.At("outside")) || File.Exists("/etc/compute-agent-disk"));
        Assert.IsEmpty((await agent.Client.GetAsync("/disks")).Json["disks"]!.AsArray());
    }

    [TestMethod]
    public async Task A_file_that_is_there_already_is_left_alone_and_so_is_what_took_the_place_of_a_disk()
    {
        using var place = new Place();
        var (_, bytes) = await SourceAsync(place);
        await using var agent = await RunningAgent.StartAsync(place);
        var id = await ReadyAsync(place, agent, bytes, "null");
        await File.WriteAllTextAsync(place.At("disks/theirs"), "theirs");
        foreach (var kind in new[] { "overlay", "clone" })
        {
            (await agent.Client.PostAsync($"/images/{id}/disks", $$"""{"kind": "{{kind}}", "path": "theirs"}""")).Refuses(409, "AlreadyExists");
        }

        Assert.AreEqual("theirs", await File.ReadAllTextAsync(place.At("disks/theirs")));
        var disk = (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "clone", "path": "folder/disk"}""")).Is(201);
        Directory.Delete(place.At("disks/folder"), recursive: true);
        Directory.CreateSymbolicLink(place.At("disks/folder"), place.At("cold"));
        await File.WriteAllTextAsync(place.At("cold/disk"), "theirs");
        (await agent.Client.DeleteAsync($"/disks/{disk["id"]}")).Is(204);
        Assert.AreEqual("theirs", await File.ReadAllTextAsync(place.At("cold/disk")));
    }

    [TestMethod]
    [DataRow("overlay")]
    [DataRow("clone")]
    public async Task A_file_that_has_the_name_under_which_a_disk_is_made_is_left_alone(string kind)
    {
        using var place = new Place();
        var (_, bytes) = await SourceAsync(place);
        await using var agent = await RunningAgent.StartAsync(place);
        var id = await ReadyAsync(place, agent, bytes, "null");
        var part = await place.FileAsync("disks/.guest-2.part", bytes);
        (await agent.Client.PostAsync($"/images/{id}/disks", $$"""{"kind": "{{kind}}", "id": "guest-2"}""")).Refuses(409, "AlreadyExists", part);
        (await agent.Client.GetAsync("/disks/guest-2")).Refuses(404, "NotFound");
        Assert.AreSequenceEqual(bytes, await File.ReadAllBytesAsync(part));

        // Nor does a disk take it that was made before it was there.
        File.Delete(part);
        (await agent.Client.PostAsync($"/images/{id}/disks", $$"""{"kind": "{{kind}}", "id": "guest-2"}""")).Is(201);
        await File.WriteAllBytesAsync(part, bytes);
        (await agent.Client.DeleteAsync("/disks/guest-2")).Is(204);
        Assert.AreSequenceEqual(bytes, await File.ReadAllBytesAsync(part));
    }

    [TestMethod]
    [DataRow("overlay")]
    [DataRow("clone")]
    public async Task A_path_that_a_disk_has_is_no_other_disks_before_it_is_deleted_even_where_its_file_is_gone(string kind)
    {
        using var place = new Place();
        var (_, bytes) = await SourceAsync(place);
        await using var agent = await RunningAgent.StartAsync(place);
        var id = await ReadyAsync(place, agent, bytes, "null");
        var request = $$"""{"kind": "{{kind}}", "path": "g/disk"}""";
        var first = (await agent.Client.PostAsync($"/images/{id}/disks", request)).Is(201);
        var made = await File.ReadAllBytesAsync(first["path"]!);
        (await agent.Client.PostAsync($"/images/{id}/disks", request)).Refuses(409, "AlreadyExists", first["id"]!);
        Assert.AreSequenceEqual(made, await File.ReadAllBytesAsync(first["path"]!));
        Directory.Delete(place.At("disks/g"), recursive: true);
        (await agent.Client.PostAsync($"/images/{id}/disks", request)).Refuses(409, "AlreadyExists", first["id"]!);
        (await agent.Client.DeleteAsync($"/disks/{first["id"]}")).Is(204);
        var second = (await agent.Client.PostAsync($"/images/{id}/disks", request)).Is(201);
        (await agent.Client.DeleteAsync($"/disks/{first["id"]}")).Refuses(404, "NotFound");
        Assert.AreSequenceEqual(made, await File.ReadAllBytesAsync(second["path"]!));
    }

    [TestMethod]
    public async Task Without_qemu_img_an_overlay_is_refused_and_leaves_nothing()
    {
        using var place = new Place();
        var (_, bytes) = await SourceAsync(place);
        await using var agent = await RunningAgent.StartAsync(place, "ComputeAgent:QemuImg=/nowhere/qemu-img");
        var id = await ReadyAsync(place, agent, bytes, "null");
        (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "overlay", "id": "d"}""")).Refuses(501, "Unsupported", "qemu-utils");
        (await agent.Client.GetAsync("/disks/d")).Refuses(404, "NotFound");
        (await agent.Client.DeleteAsync($"/images/{id}")).Is(204);
        Assert.IsEmpty(Directory.GetFileSystemEntries(place.At("disks")));
    }

    [TestMethod]
    public async Task A_disk_that_was_made_and_could_not_be_recorded_leaves_no_file()
    {
        using var place = new Place();
        var (_, bytes) = await SourceAsync(place);
        DebianProgram.Require("qemu-img", "/usr/bin/qemu-img");
        var records = place.At("agent/disk-records");
        var program = await place.FileAsync("qemu-img", Encoding.UTF8.GetBytes($"#!/bin/sh\nset -e\nqemu-img \"$@\"\nfor record in {records}/*.json; do mkdir \"$record.next\"; done\n"));
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var agent = await RunningAgent.StartAsync(place, $"ComputeAgent:QemuImg={program}");
        var id = await ReadyAsync(place, agent, bytes, "null");
        (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "overlay", "id": "d"}""")).Refuses(503, "Unavailable", "could not write its state");
        (await agent.Client.GetAsync("/disks/d")).Refuses(404, "NotFound");
        Assert.IsEmpty(Directory.GetFileSystemEntries(place.At("disks")));
        (await agent.Client.DeleteAsync($"/images/{id}")).Is(204);
    }

    [TestMethod]
    public async Task A_disk_whose_file_cannot_be_removed_is_not_deleting_until_the_next_start_and_can_be_deleted_again()
    {
        using var place = new Place();
        var (source, bytes) = await SourceAsync(place);
        await using var agent = await RunningAgent.StartAsync(place);
        var id = await ReadyAsync(place, agent, bytes, "null");
        var disk = (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "overlay", "id": "d"}""")).Is(201);
        using (await Unremovable.MakeAsync(disk["path"]!))
        {
            (await agent.Client.DeleteAsync("/disks/d")).Refuses(503, "Unavailable", disk["path"]!);
            Assert.AreEqual("ready", (await agent.Client.GetAsync("/disks/d"))["state"]);

            // What it is read through is held as before.
            (await agent.Client.DeleteAsync($"/images/{id}")).Refuses(409, "InUse");
            await agent.Agent.Cache.EvictAsync(0);
            await Tools.CompareAsync(source, "raw", disk["path"]!, "qcow2", place.Root);
        }

        (await agent.Client.DeleteAsync("/disks/d")).Is(204);
        Assert.IsEmpty(Directory.GetFileSystemEntries(place.At("disks")));
        (await agent.Client.DeleteAsync($"/images/{id}")).Is(204);
    }

    [TestMethod]
    public async Task Of_two_who_remove_a_disk_the_slower_one_does_not_take_the_record_of_the_next_disk_of_its_id()
    {
        using var place = new Place();
        var (_, bytes) = await SourceAsync(place);
        await using var agent = await RunningAgent.StartAsync(place);
        var id = await ReadyAsync(place, agent, bytes, "null");
        var request = """{"kind": "clone", "id": "d"}""";
        (await agent.Client.PostAsync($"/images/{id}/disks", request)).Is(201);
        var held = new HeldLease();
        agent.Agent.Disks.Get("d").Lease = held;
        var slower = agent.Client.DeleteAsync("/disks/d");
        await held.Begun.Task;
        var again = RemakeAsync();

        // Where the two do not wait for each other, the next disk is made meanwhile.
        await Task.WhenAny(again, Task.Delay(TimeSpan.FromSeconds(1)));
        held.End.SetResult();
        (await slower).Is(204);
        await again;
        Assert.HasCount(1, Directory.GetFiles(place.At("agent/disk-records")));
        Assert.AreEqual("ready", (await agent.Client.GetAsync("/disks/d"))["state"]);
        (await agent.Client.DeleteAsync($"/images/{id}")).Refuses(409, "InUse");

        async Task RemakeAsync()
        {
            (await agent.Client.DeleteAsync("/disks/d")).Is(204);
            (await agent.Client.PostAsync($"/images/{id}/disks", request)).Is(201);
        }
    }

    private static async Task<(string Source, byte[] Bytes)> SourceAsync(Place place)
    {
        // With a part that is empty, as disks have.
        var bytes = SomeBytes.Of(Size);
        Array.Clear(bytes, 10 * Place.ChunkBytes, 10 * Place.ChunkBytes);
        return (await place.FileAsync("source", bytes), bytes);
    }

    private static async Task<ImageId> ReadyAsync(Place place, RunningAgent agent, byte[] image, string format)
    {
        var id = await place.ImageAsync(image);
        (await agent.Client.PutAsync($"/images/{id}", $$"""{"format": {{format}}}""")).Is(202);
        await agent.Client.UntilAsync(id, "ready");
        return id;
    }

    private sealed class HeldLease : IAsyncDisposable
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask DisposeAsync()
        {
            Begun.SetResult();
            await End.Task;
        }
    }
}
