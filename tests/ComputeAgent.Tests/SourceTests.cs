using System.Text;
using System.Text.Json.Nodes;
using GlanceStore.ImageService.Tests;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>Those who know where images are: what is believed of them, and what nobody learns of how they are asked.</summary>
[TestClass]
public sealed class SourceTests
{
    private const int Size = (5 * Place.ChunkBytes) + 777;
    private const string Secret = "gAAAAABsecret-of-nobody";

    [TestMethod]
    [DataRow("locations")]
    [DataRow("direct_url")]
    [DataRow("api")]
    public async Task An_image_of_Glance_is_handed_out_once_all_of_it_was_compared(string how)
    {
        using var place = new Place();
        using var glance = new GlanceServer();
        await File.WriteAllTextAsync(place.At("token"), Secret + "\n");
        await using var agent = await RunningAgent.StartAsync(
            place, [.. Settings(glance), $"ComputeAgent:Sources:0:TokenFile={place.At("token")}", "GlanceStore:Stores:web:Type=http", "GlanceStore:Stores:web:AllowedNetworks=127.0.0.0/8"]);
        foreach (var isRight in new[] { true, false })
        {
            var (id, bytes) = (ImageId.New(), SomeBytes.Of(Size, isRight ? 1 : 2));
            var stored = isRight ? bytes : SomeBytes.Of(Size, 3);
            var location = new Uri($"file://{place.At("fast")}/{id}").AbsoluteUri;
            if (how == "api")
            {
                glance.Data = stored;
            }
            else
            {
                await place.StoreAsync(id, stored);
            }

            glance.Members = GlanceServer.MembersOf(bytes) + how switch
            {
                "locations" => $", \"locations\": [{{\"url\": \"rbd://no/store/of/ours\"}}, {{\"url\": \"{location}\"}}, 7]",
                "direct_url" => $", \"direct_url\": \"{location}\"",
                _ => "",
            };
            (await agent.Client.PutAsync($"/images/{id}", """{"fetch": "when_used"}""")).Is(200);
            (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "nbd"}""")).Refuses(409, "NotReady", "none of its bytes can be verified");
            var image = await agent.Client.UntilAsync(id, isRight ? "ready" : "failed");
            Assert.AreEqual(isRight ? null : "Corrupted", (string?)image["error"]?["code"], image.ToJsonString());
            var disk = await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "clone"}""");
            if (isRight)
            {
                Assert.AreSequenceEqual(bytes, await File.ReadAllBytesAsync(disk.Is(201)["path"]!));
            }
            else
            {
                disk.Refuses(409, "NotReady");
            }
        }

        Assert.IsTrue(glance.Tokens.All(token => token == Secret), string.Join(' ', glance.Tokens));
    }

    [TestMethod]
    [DataRow("\"status\": \"queued\"", 404, "NotFound", "is queued")]
    [DataRow("\"status\": \"active\", \"size\": 3", 501, "Unsupported", "no multihash")]
    [DataRow("\"status\": \"active\", \"size\": -3, \"os_hash_algo\": \"sha512\", \"os_hash_value\": \"00\"", 501, "Unsupported", "cannot be")]
    [DataRow("\"status\": \"active\", \"size\": 3, \"os_hash_algo\": \"sha512\", \"os_hash_value\": \"beef\"", 501, "Unsupported", "cannot be")]
    [DataRow("\"status\": \"active\", \"size\": 3, \"os_hash_algo\": \"md5\", \"os_hash_value\": \"d41d8cd98f00b204e9800998ecf8427e\"", 501, "Unsupported", "forged")]
    [DataRow("not JSON", 503, "Unavailable", "not JSON")]
    public async Task What_Glance_tells_that_cannot_be_verified_is_one_sentence(string members, int status, string code, string words)
    {
        using var place = new Place();
        using var glance = new GlanceServer { Members = members.Contains("active", StringComparison.Ordinal) ? $"{members}, \"direct_url\": \"file://{place.At("fast")}/x\"" : members };
        await using var agent = await RunningAgent.StartAsync(place, Settings(glance));
        (await agent.Client.PutAsync($"/images/{ImageId.New()}")).Refuses(status, code, words);
    }

    [TestMethod]
    [DataRow((byte)1)]
    [DataRow((byte)2)]
    public async Task A_disk_that_is_encrypted_from_its_first_byte_and_said_to_be_raw_is_handed_out_as_that(byte version)
    {
        using var place = new Place();
        using var glance = new GlanceServer();
        await using var agent = await RunningAgent.StartAsync(place, Settings(glance));
        byte[] bytes = [.. "LUKS"u8, 0xba, 0xbe, 0, version, .. SomeBytes.Of(Size)];
        var id = ImageId.New();
        await place.StoreAsync(id, bytes);
        glance.Members = $"{GlanceServer.MembersOf(bytes)}, \"direct_url\": \"file://{place.At("fast")}/{id}\"";
        (await agent.Client.PutAsync($"/images/{id}", """{"format": "raw"}""")).Is(202);
        var image = await agent.Client.UntilAsync(id, "ready");
        Assert.AreEqual("raw", (string?)image["found"]!["format"]);
        var disk = (await agent.Client.PostAsync($"/images/{id}/disks", """{"kind": "clone"}""")).Is(201);
        Assert.AreSequenceEqual(bytes, await File.ReadAllBytesAsync(disk["path"]!));
    }

    [TestMethod]
    public async Task An_image_that_is_in_no_store_of_this_agent_is_one_sentence()
    {
        using var place = new Place();
        using var glance = new GlanceServer { Members = GlanceServer.MembersOf([]) };
        await using var agent = await RunningAgent.StartAsync(place, Settings(glance));
        (await agent.Client.PutAsync($"/images/{ImageId.New()}")).Refuses(501, "Unsupported", "no place of the image");
    }

    [TestMethod]
    public async Task No_token_and_no_key_is_in_an_answer_an_event_a_line_of_the_log_or_a_record()
    {
        using var place = new Place();
        using var glance = new GlanceServer();
        var told = new StringBuilder();
        await using var agent = await AgentProcess.StartAsync(
            place.Socket, [.. place.Arguments, .. Settings(glance).Select(setting => $"--{setting}"), "--Logging:LogLevel:Default=Trace"], ("ComputeAgent__Sources__0__Token", Secret));
        var events = ReadAsync(await agent.Client.OpenEventsAsync());
        var (id, bytes) = (ImageId.New(), SomeBytes.Of(Size));
        var receipt = await place.StoreAsync(id, bytes);
        foreach (var (status, answer) in new[] { (401, 503), (403, 502), (500, 503), (302, 503), (404, 404) })
        {
            glance.Status = status;
            told.Append((await agent.Client.PutAsync($"/images/{ImageId.New()}")).Text);
        }

        // Places with keys in them, of a store that is there and of one that is not.
        glance.Status = 200;
        glance.Members = $$"""{{GlanceServer.MembersOf(bytes)}}, "locations": [ {"url": "s3+https://key:{{Secret}}@127.0.0.1:1/bucket/{{id}}" }, {"url": "file://{{place.At("fast")}}/{{id}}" }]""";
        told.Append((await agent.Client.PutAsync($"/images/{id}")).Is(202).Text);
        await agent.Client.UntilAsync(id, "ready");
        foreach (var location in new[] { $"s3+https://key:{Secret}@127.0.0.1:1/bucket/x", $"swift+https://t%3Au:{Secret}@127.0.0.1:1/v1/c/x", $"://{Secret}@" })
        {
            var other = ImageId.New();
            var text = receipt.ToJson().Replace(receipt.Location.Uri, location, StringComparison.Ordinal);
            Assert.Contains(Secret, text);
            told.Append((await agent.Client.PutAsync($"/images/{other}", $$"""{"receipt": {{text}}}""")).Text);
            told.Append((await agent.Client.GetAsync($"/images/{other}")).Text);
        }

        told.Append((await agent.Client.GetAsync("/images")).Text).Append((await agent.Client.GetAsync("/metrics")).Text).Append((await agent.Client.GetAsync("/health")).Text);
        await agent.StopAsync();
        told.Append(await events).Append(await agent.SaidAsync());
        foreach (var file in Directory.GetFiles(place.At("agent"), "*", SearchOption.AllDirectories))
        {
            told.Append(await File.ReadAllTextAsync(file));
        }

        Assert.Contains("event: image", told.ToString());
        Assert.DoesNotContain(Secret, told.ToString());
        Assert.Contains(Secret, glance.Tokens);
    }

    [TestMethod]
    public async Task An_agent_logs_in_at_Keystone_once_and_again_where_its_token_was_refused()
    {
        using var place = new Place();
        using var keystone = new KeystoneServer { Password = Secret };
        using var glance = new GlanceServer();
        await using var agent = await RunningAgent.StartAsync(place, [.. Settings(glance), .. KeystoneSettings(keystone.Url, "agent", Secret)]);
        for (var i = 0; i < 3; i++)
        {
            var (id, bytes) = (ImageId.New(), SomeBytes.Of(Size, i));
            await place.StoreAsync(id, bytes);
            glance.Members = $"{GlanceServer.MembersOf(bytes)}, \"direct_url\": \"file://{place.At("fast")}/{id}\"";
            (await agent.Client.PutAsync($"/images/{id}")).Is(202);
            await agent.Client.UntilAsync(id, "ready");
            if (i == 1)
            {
                glance.Ended.UnionWith(keystone.Tokens);
            }
        }

        Assert.AreEqual("token-1 token-1 token-1 token-2", string.Join(' ', glance.Tokens));
        glance.Ended.UnionWith(keystone.Tokens);
        keystone.Password = "another";
        var refused = (await agent.Client.PutAsync($"/images/{ImageId.New()}")).Refuses(502, "NotAuthenticated", "its Keystone answers 401 to the login of 'agent'");
        Assert.DoesNotContain(Secret, refused.Text);
        keystone.Dispose();
        (await agent.Client.PutAsync($"/images/{ImageId.New()}")).Refuses(503, "Unavailable", "its Keystone cannot be reached");
    }

    [TestMethod]
    public async Task An_image_service_that_asks_a_real_Keystone_is_asked_with_the_agents_own_login()
    {
        await RealKeystone.RequireAsync();
        using var place = new Place();
        await using var service = await ChainService.StartAsync(place, RealKeystone.SettingsFor(RealKeystone.Url));
        var token = await RealKeystone.TokenAsync("demo", "demopass", "demo");
        var file = await place.FileAsync("image", SomeBytes.Of(Size));
        var created = await service.CurlAsync("-s", "-X", "POST", "-H", $"X-Auth-Token: {token}", "-H", "Content-Type: application/json",
            "-d", """{"disk_format": "raw", "container_format": "bare"}""", $"{service.Address}/v2/images");
        var id = new ImageId((string)JsonNode.Parse(created)!["id"]!);
        await service.CurlAsync("-sf", "-T", file, "-H", $"X-Auth-Token: {token}", "-H", "Content-Type: application/octet-stream", $"{service.Address}/v2/images/{id}/file");
        await using var agent = await RunningAgent.StartAsync(place, [.. service.Source, .. KeystoneSettings(RealKeystone.Url, "glance", "glancepass")]);
        (await agent.Client.PutAsync($"/images/{id}")).Is(202);
        await agent.Client.UntilAsync(id, "ready");
        (await agent.Client.PutAsync($"/images/{ImageId.New()}")).Refuses(404, "NotFound");
    }

    [TestMethod]
    public async Task A_token_file_that_cannot_be_read_is_told_by_its_name()
    {
        using var place = new Place();
        using var glance = new GlanceServer();
        await using var agent = await RunningAgent.StartAsync(place, [.. Settings(glance), $"ComputeAgent:Sources:0:TokenFile={place.At("nowhere")}"]);
        (await agent.Client.PutAsync($"/images/{ImageId.New()}")).Refuses(503, "Unavailable", place.At("nowhere"));
        Assert.IsEmpty(glance.Tokens);
    }

    private static string[] KeystoneSettings(string url, string user, string password) =>
        [$"ComputeAgent:Sources:0:Keystone:Url={url}", $"ComputeAgent:Sources:0:Keystone:Username={user}", $"ComputeAgent:Sources:0:Keystone:Password={password}"];

    private static string[] Settings(GlanceServer glance) => ["ComputeAgent:Sources:0:Type=Glance", $"ComputeAgent:Sources:0:Url={glance.Url}"];

    private static async Task<string> ReadAsync(Stream events)
    {
        using var reader = new StreamReader(events);
        return await reader.ReadToEndAsync();
    }
}
