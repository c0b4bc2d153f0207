using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace GlanceStore.ImageService.Tests;

/// <summary>Requests that no client of OpenStack sends, and those that few do.</summary>
[TestClass]
public sealed class OddRequestTests
{
    private const string Octets = "application/octet-stream";

    private static RunningService _service = null!;

    private static ApiClient Client => _service.Client;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context) => _service = await RunningService.StartAsync();

    [ClassCleanup]
    public static async Task StopAsync() => await _service.DisposeAsync();

    [TestMethod]
    public async Task A_list_by_a_thousand_filters_is_400_and_not_a_database_that_is_away()
    {
        foreach (var filter in new[] { "tag=a", "a=b", "id=c" })
        {
            (await Client.GetAsync("/v2/images?" + string.Join('&', Enumerable.Repeat(filter, 1100)))).Refuses(400, "at most 300 filters");
            (await Client.GetAsync("/v2/images?" + string.Join('&', Enumerable.Repeat(filter, 300)))).Is(200);
        }
    }

    [TestMethod]
    [DataRow("PUT", "/file", Octets)]
    [DataRow("PUT", "/stage", Octets)]
    [DataRow("POST", "/import", "application/json")]
    public async Task A_chunk_whose_length_is_no_number_is_400_and_no_failure_of_the_service(string method, string path, string type)
    {
        var id = await Client.CreateAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(_service.Address.Host, _service.Address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"{method} /v2/images/{id}{path} HTTP/1.1\r\nHost: x\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nabcd\r\n0\r\n\r\n"));
        var answer = new byte[12];
        await socket.GetStream().ReadExactlyAsync(answer);
        Assert.AreEqual("HTTP/1.1 400", Encoding.ASCII.GetString(answer));
        Assert.AreEqual("queued", await Client.StatusOfAsync(id));
    }

    [TestMethod]
    public async Task A_part_of_an_image_is_not_taken_for_all_of_it()
    {
        var id = await Client.CreateAsync();
        using var part = new ByteArrayContent([1, 2, 3, 4]) { Headers = { ContentRange = new ContentRangeHeaderValue(0, 3, 10) } };
        (await Client.UploadAsync(id, part)).Refuses(400, "Content-Range");
        Assert.AreEqual("queued", await Client.StatusOfAsync(id));
        (await Client.UploadAsync(id, [1, 2, 3, 4])).Is(204);
    }

    [TestMethod]
    public async Task Content_types_are_compared_without_case()
    {
        var id = await Client.CreateAsync();
        (await Client.UploadAsync(id, new ByteArrayContent([1]), type: "Application/Octet-Stream")).Is(204);
        (await Client.PatchAsync(id, "[]", "application/openstack-images-V2.1-JSON-patch")).Is(200);
        (await Client.PatchAsync(id, """[{"add": "/x", "value": "1"}]""", "application/openstack-images-V2.0-JSON-patch")).Is(200);
        (await Client.PatchAsync(id, "[]", "application/json")).Is(415);
    }

    [TestMethod]
    [DataRow("a/b")]
    [DataRow("a%2Fb")]
    [DataRow("a?b#c d")]
    public async Task A_member_of_any_name_can_be_asked_for_and_removed(string name)
    {
        var id = await Client.CreateAsync();
        var member = $"/v2/images/{id}/members/{Uri.EscapeDataString(name)}";
        Assert.AreEqual(name, (await Client.PostAsync($"/v2/images/{id}/members", $$"""{"member": "{{name}}"}""")).Is(200)["member_id"]);
        Assert.AreEqual(name, (await Client.GetAsync(member)).Is(200)["member_id"]);
        Assert.AreEqual("accepted", (await Client.PutAsync(member, """{"status": "accepted"}""")).Is(200)["status"]);
        (await Client.DeleteAsync(member)).Is(204);
        (await Client.GetAsync(member)).Is(404);
    }

    [TestMethod]
    public async Task A_member_that_no_path_would_lead_to_is_400()
    {
        var id = await Client.CreateAsync();
        (await Client.PostAsync($"/v2/images/{id}/members", """{"member": "."}""")).Is(400);
        (await Client.PostAsync($"/v2/images/{id}/members", """{"member": ".."}""")).Is(400);
    }

    [TestMethod]
    public async Task Names_have_255_characters_and_not_half_of_them_where_each_is_a_pair()
    {
        var name = string.Concat(Enumerable.Repeat("\U0001F600", 255));
        var id = await Client.CreateAsync($"\"name\": \"{name}\", \"tags\": [\"{name}\"]");
        Assert.AreEqual(name, (await Client.GetAsync($"/v2/images/{id}")).Is(200)["name"]);
        (await Client.PostAsync("/v2/images", $$"""{"name": "{{name}}x"}""")).Refuses(400, "longer than 255");
    }

    [TestMethod]
    [DataRow((byte)1)]
    [DataRow((byte)2)]
    public async Task A_disk_that_is_encrypted_from_its_first_byte_is_uploaded_as_the_raw_disk_that_cinder_says_it_is(byte version)
    {
        byte[] data = [.. "LUKS"u8, 0xba, 0xbe, 0, version, .. Enumerable.Repeat((byte)7, 600), .. new byte[4096]];
        var id = await Client.StoreAsync(data);
        var image = (await Client.GetAsync($"/v2/images/{id}")).Is(200).Json;
        Assert.AreEqual("raw", (string?)image["glancestore_format"]);
        Assert.AreEqual(data.Length, (int?)image["virtual_size"]);
        Assert.AreSequenceEqual(data, (await Client.DownloadAsync(id)).Body);
        (await Client.UploadAsync(await Client.CreateAsync("\"disk_format\": \"qcow2\", \"container_format\": \"bare\""), data)).Refuses(400, version == 1 ? "luks" : "LUKS");
    }
}
