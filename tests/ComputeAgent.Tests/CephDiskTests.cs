using System.Diagnostics;
using System.Text;
using GlanceStore.Drivers.Rbd;
using GlanceStore.ImageService.Tests;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>Disks within a real Ceph cluster, of images that the service has stored there.</summary>
[TestClass]
public sealed class CephDiskTests
{
    private const int Size = 40 * Place.ChunkBytes;
    private const string Pool = "vms";
    private const int Kills = 6;

    [TestMethod]
    public async Task A_disk_within_Ceph_is_a_clone_there_and_the_image_stays_as_long_as_it_does()
    {
        using var place = new Place();
        await using var service = await StartAsync(place);
        var bytes = SomeBytes.Of(Size);
        var id = await service.CreateAsync(await place.FileAsync("source", bytes), "raw");
        JsonDisk disk;
        await using (var agent = await RunningAgent.StartAsync(place, SettingsOf(service)))
        {
            (await agent.Client.PutAsync($"/images/{id}", """{"fetch": "when_used"}""")).Is(200);
            disk = new JsonDisk(ImageId.New(), id);
            var made = (await agent.Client.PostAsync(disk.Path, disk.Body(2 * Size))).Is(201);
            Assert.AreEqual($"rbd:{Pool}/{disk.Id} raw {2 * Size}", $"{made["uri"]} {made["format"]} {made["size"]}");
            (await agent.Client.PostAsync(disk.Path, disk.Body(2 * Size))).Is(200);
            AssertIs(bytes, disk);
            Assert.IsEmpty(Directory.GetFileSystemEntries(place.At("disks")));
            Assert.IsLessThan(Size / 2, (await agent.Agent.Cache.ListAsync()).Sum(entry => entry.AllocatedBytes), "The image was fetched.");
            (await agent.Client.DeleteAsync($"/images/{id}")).Refuses(409, "InUse", disk.Id.Value);
        }

        await Assert.ThrowsAsync<AssertFailedException>(() => service.OpenstackAsync("delete", id.Value)); // InUse
        await using (var next = await RunningAgent.StartAsync(place, SettingsOf(service)))
        {
            await next.Client.UntilDiskIsReadyAsync(disk.Id.Value);
            AssertIs(bytes, disk);
            (await next.Client.DeleteAsync($"/disks/{disk.Id}")).Is(204);
            (await next.Client.DeleteAsync($"/images/{id}")).Is(204);
        }

        Assert.DoesNotContain(disk.Id.Value, Names());
        await service.OpenstackAsync("delete", id.Value);
    }

    [TestMethod]
    public async Task A_disk_that_a_guest_has_open_is_not_removed_and_is_not_told_to_be_deleting_for_that()
    {
        using var place = new Place();
        await using var service = await StartAsync(place);
        var bytes = SomeBytes.Of(Size);
        var id = await service.CreateAsync(await place.FileAsync("source", bytes), "raw");
        await using var agent = await RunningAgent.StartAsync(place, SettingsOf(service));
        (await agent.Client.PutAsync($"/images/{id}", """{"fetch": "when_used"}""")).Is(200);
        var disk = new JsonDisk(ImageId.New(), id);
        (await agent.Client.PostAsync(disk.Path, disk.Body())).Is(201);
        using (var guest = await OpenAsync(disk))
        {
            (await agent.Client.DeleteAsync($"/disks/{disk.Id}")).Refuses(409, "InUse", "open");
            Assert.AreEqual("ready", (await agent.Client.GetAsync($"/disks/{disk.Id}"))["state"]);
            guest.StandardInput.Close();
            await guest.WaitForExitAsync();
        }

        AssertIs(bytes, disk);
        (await agent.Client.DeleteAsync($"/disks/{disk.Id}")).Is(204);
        Assert.DoesNotContain(disk.Id.Value, Names());
        await service.OpenstackAsync("delete", id.Value);
    }

    [TestMethod]
    public async Task A_disk_whose_making_was_cut_off_is_removed_by_the_next_agent_and_what_others_made_of_its_name_is_not()
    {
        using var place = new Place();
        await using var service = await StartAsync(place);
        var id = await service.CreateAsync(await place.FileAsync("source", SomeBytes.Of(Size)), "raw");
        var (disk, theirs) = (new JsonDisk(ImageId.New(), id), new JsonDisk(ImageId.New(), id));
        await using (var agent = await RunningAgent.StartAsync(place, SettingsOf(service)))
        {
            (await agent.Client.PutAsync($"/images/{id}", """{"fetch": "when_used"}""")).Is(200);
            (await agent.Client.PostAsync(disk.Path, disk.Body())).Is(201);
            CephServer.Rbd("create", "--size", "1M", $"{Pool}/{theirs.Id}");
            (await agent.Client.PostAsync(theirs.Path, theirs.Body())).Refuses(409, "AlreadyExists");
            (await agent.Client.GetAsync($"/disks/{theirs.Id}")).Refuses(404, "NotFound");
        }

        foreach (var record in Directory.GetFiles(place.At("agent/disk-records")))
        {
            var text = await File.ReadAllTextAsync(record);
            Assert.Contains("\"stage\":\"ready\"", text);
            await File.WriteAllTextAsync(record, text.Replace("\"stage\":\"ready\"", "\"stage\":\"creating\"", StringComparison.Ordinal));
        }

        await using var next = await RunningAgent.StartAsync(place, SettingsOf(service));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await next.Client.GetAsync($"/disks/{disk.Id}")).Status == System.Net.HttpStatusCode.OK)
        {
            await Task.Delay(20, limit.Token);
        }

        Assert.DoesNotContain(disk.Id.Value, Names());
        Assert.Contains(theirs.Id.Value, Names());
        CephServer.Rbd("rm", "--no-progress", $"{Pool}/{theirs.Id}");
        await service.OpenstackAsync("delete", id.Value);
    }

    [TestMethod]
    public async Task Killed_at_any_moment_every_disk_within_Ceph_has_its_record_and_nothing_else_keeps_the_image()
    {
        using var place = new Place();
        await using var service = await StartAsync(place);
        var id = await service.CreateAsync(await place.FileAsync("source", SomeBytes.Of(Size)), "raw");
        var arguments = place.Arguments.Concat(SettingsOf(service).Select(setting => $"--{setting}")).ToArray();
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < Kills; i++)
        {
            await using var agent = await AgentProcess.StartAsync(place.Socket, arguments);
            (await agent.Client.PutAsync($"/images/{id}", """{"fetch": "when_used"}""")).Is(200);
            var work = MakeUntilKilledAsync(agent.Client, id);
            await Task.Delay(random.Next(300, 1500));
            await agent.KillAsync();
            await work;
        }

        await using var last = await RunningAgent.StartAsync(place, SettingsOf(service));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while ((await last.Client.GetAsync("/disks")).Text is var disks && (disks.Contains("\"deleting\"", StringComparison.Ordinal) || disks.Contains("\"waiting\"", StringComparison.Ordinal)))
        {
            await Task.Delay(50, limit.Token);
        }

        var ids = (await last.Client.GetAsync("/disks")).Json["disks"]!.AsArray().Select(disk => (string)disk!["id"]!).ToList();
        Assert.AreEqual(string.Join('\n', ids), string.Join('\n', Names().Split('\n').Where(name => name.Contains($"-{id}", StringComparison.Ordinal)).Order(StringComparer.Ordinal)), $"seed {seed}");
        foreach (var disk in ids)
        {
            (await last.Client.DeleteAsync($"/disks/{disk}")).Is(204);
        }

        await service.OpenstackAsync("delete", id.Value);
    }

    [TestMethod]
    public async Task What_cannot_be_cloned_within_Ceph_is_one_sentence_and_leaves_nothing()
    {
        using var place = new Place();
        await using var service = await StartAsync(place);
        var source = await place.FileAsync("source", SomeBytes.Of(Size));
        var compressed = await place.FileAsync("source.qcow2", await Tools.Qcow2Async(source, place.Root));
        ImageId[] ids = [await service.CreateAsync(source, "raw"), await service.CreateAsync(compressed, "qcow2"), await place.ImageAsync(SomeBytes.Of(Size))];
        var before = Names();
        await using (var agent = await RunningAgent.StartAsync(
            place, [.. SettingsOf(service), "ComputeAgent:Sources:1:Type=Receipts", $"ComputeAgent:Sources:1:Directory={place.At("receipts")}"]))
        {
            foreach (var (id, words) in ids.Skip(1).Zip(["stored as qcow2", "no store of the cluster"]))
            {
                (await agent.Client.PutAsync($"/images/{id}", """{"fetch": "when_used"}""")).Is(200);
                (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "rbd"}""")).Refuses(501, "Unsupported", words);
            }

            (await agent.Client.PostAsync($"/images/{ids[1]}/disks", """{"kind": "rbd", "path": "x"}""")).Refuses(400, "BadRequest", "'path'");
            (await agent.Client.PutAsync($"/images/{ids[0]}", """{"fetch": "when_used"}""")).Is(200);
            (await agent.Client.PostAsync($"/images/{ids[0]}/disks", """{"kind": "rbd", "size": 512}""")).Refuses(400, "BadRequest", "'size'");
            Assert.AreEqual("""{"disks":[]}""", (await agent.Client.GetAsync("/disks")).Text);
        }

        await using (var agent = await RunningAgent.StartAsync(place, [.. SettingsOf(service), $"ComputeAgent:Signatures:Certificates={place.Root}"]))
        {
            const string Signature = """{"hash_method": "SHA-256", "key_type": "RSA-PSS", "signature": "AA==", "certificate_uuid": "6d1b3f2c-0f5e-4b43-9c0a-0d0c5d7d6e11"}""";
            (await agent.Client.PutAsync($"/images/{ids[0]}", $$"""{"fetch": "when_used", "signature": {{Signature}}}""")).Is(200);
            (await agent.Client.PostAsync($"/images/{ids[0]}/disks", """{"kind": "rbd"}""")).Refuses(501, "Unsupported", "signature");
        }

        Assert.AreEqual(before, Names());
        await service.OpenstackAsync("delete", ids[0].Value, ids[1].Value);
    }

    [TestMethod]
    public async Task An_agent_without_a_pool_of_disks_says_which_setting_it_takes()
    {
        using var place = new Place();
        var id = await place.ImageAsync(SomeBytes.Of(Size));
        await using var agent = await RunningAgent.StartAsync(place);
        (await agent.Client.PutAsync($"/images/{id}", """{"fetch": "when_used"}""")).Is(200);
        (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "rbd"}""")).Refuses(501, "Unsupported", "ComputeAgent:Ceph:Pool");
    }

    private static async Task<ChainService> StartAsync(Place place)
    {
        await RealCeph.RequireAsync();
        CephServer.MakePool(Pool);
        return await ChainService.StartAsync(place, [.. RealCeph.Rbd(), "GlanceStore:DefaultStore=rbd"]);
    }

    private static async Task MakeUntilKilledAsync(AgentClient client, ImageId id)
    {
        try
        {
            while (true)
            {
                var disk = new JsonDisk(new ImageId($"{Guid.NewGuid():N}-{id}"), id);
                await client.PostAsync(disk.Path, disk.Body());
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // It was killed.
        }
    }

    private static string[] SettingsOf(ChainService service) =>
        [.. service.Source, .. RealCeph.Rbd(), $"ComputeAgent:Ceph:Pool={Pool}", "ComputeAgent:Ceph:User=admin", $"ComputeAgent:Ceph:CephConf={CephServer.Conf}"];

    private static string Names() => Encoding.UTF8.GetString(CephServer.Rbd("ls", Pool));

    private static void AssertIs(byte[] image, JsonDisk disk)
    {
        var exported = CephServer.Rbd("export", $"{Pool}/{disk.Id}", "-");
        Assert.AreEqual(image.Length, exported.AsSpan().CommonPrefixLength(image));
        Assert.IsTrue(exported.AsSpan(image.Length).IndexOfAnyExcept((byte)0) < 0, "What is past the image is not empty.");
    }

    // As QEMU has it, until its input ends.
    private static async Task<Process> OpenAsync(JsonDisk disk)
    {
        const string Script = """
            import rados, rbd, sys
            with rados.Rados(conffile=sys.argv[1], rados_id='admin') as cluster, cluster.open_ioctx(sys.argv[2]) as pool, rbd.Image(pool, sys.argv[3]) as image:
                print('open', flush=True)
                sys.stdin.read()
            """;
        var guest = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", Script, CephServer.Conf, Pool, disk.Id.Value]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.AreEqual("open", await guest.StandardOutput.ReadLineAsync());
        return guest;
    }

    private sealed record JsonDisk(ImageId Id, ImageId Image)
    {
        public string Path => $"/images/{Image}/disks";

        public string Body(long? size = null) => $$"""{"kind": "rbd", "id": "{{Id}}"{{(size is null ? "" : $", \"size\": {size}")}}}""";
    }
}
