using System.Net.Http.Headers;
using System.Text;

namespace GlanceStore.ImageService.Tests;

/// <summary>What answers look like: errors, versions, schemas, stores.</summary>
[TestClass]
public sealed class FormTests
{
    private const string Absent = "/v2/images/00000000-0000-0000-0000-00000000<b>";

    private static RunningService _service = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context) => _service = await RunningService.StartAsync();

    [ClassCleanup]
    public static async Task StopAsync() => await _service.DisposeAsync();

    [TestMethod]
    [DataRow(null, "text/html")]
    [DataRow("*/*", "text/html")]
    [DataRow("text/html, application/json;q=0.5", "text/html")]
    [DataRow("application/json", "application/json")]
    [DataRow("application/octet-stream, application/json", "application/json")]
    [DataRow("text/plain", "text/plain")]
    [DataRow("image/png", "text/html")]
    [DataRow("nonsense", "text/html")]
    public async Task An_error_has_the_form_that_is_asked_for(string? accept, string type)
    {
        using var http = new HttpClient { BaseAddress = _service.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, Absent);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.AreEqual(type, answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("No image found with ID", text);
        Assert.Contains("404 Not Found", text);
        Assert.AreEqual(type == "text/plain", text.Contains("<b>", StringComparison.Ordinal), text);
    }

    [TestMethod]
    public async Task What_an_error_says_is_as_it_is_in_json_and_encoded_in_html()
    {
        using var http = new HttpClient { BaseAddress = _service.Address };
        using var answer = await http.SendAsync(new HttpRequestMessage(HttpMethod.Get, Absent) { Headers = { Accept = { new("application/json") } } });
        var message = (string)System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["message"]!;
        Assert.Contains("No image found with ID 00000000-0000-0000-0000-00000000<b>", message);
        Assert.DoesNotContain("&lt;", message);
        Assert.Contains("&lt;b&gt;", await (await http.GetAsync(Absent)).Content.ReadAsStringAsync());
    }

    [TestMethod]
    public async Task What_is_no_route_is_404_and_another_method_405()
    {
        foreach (var path in new[] { "/v1/images", "/nothing", "/v2/nothing", "/v2/images/a/b/c", "/v3/" })
        {
            (await _service.Client.GetAsync(path)).Is(404);
        }

        var refused = (await _service.Client.PostAsync("/v2/schemas/image")).Is(405);
        Assert.AreEqual("GET", refused.Header("Allow"));
        var id = await _service.Client.StoreAsync([1]);
        (await _service.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/v2/images/{id}/file"))).Is(405);
        Assert.AreEqual("GET,POST", (await _service.Client.DeleteAsync("/v2/tasks")).Is(405).Header("Allow"));
        (await _service.Client.GetAsync("/v2/metadefs/namespaces")).Is(501);
    }

    [TestMethod]
    public async Task Both_kinds_of_endpoint_find_the_versions()
    {
        (await _service.Client.GetAsync("/")).Is(300);
        foreach (var path in new[] { "/versions", "/versions/", "/v2", "/v2/" })
        {
            var first = (await _service.Client.GetAsync(path)).Is(200).Json["versions"]![0]!;
            Assert.AreEqual("CURRENT", (string?)first["status"]);
            Assert.AreEqual(new Uri(_service.Address, "/v2/").AbsoluteUri, (string?)first["links"]![0]!["href"]);
        }

        Assert.AreEqual("OK", (await _service.Client.GetAsync("/healthcheck")).Is(200).Text);
    }

    [TestMethod]
    [DataRow("req-0123-abc", "req-0123-abc")]
    [DataRow("mine", "req-mine")]
    [DataRow("", null)]
    [DataRow("a b", null)]
    [DataRow("<LONG>", null)]
    public async Task A_request_keeps_its_own_id_where_it_can(string given, string? expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v2/images");
        request.Headers.TryAddWithoutValidation("X-Openstack-Request-Id", given.Replace("<LONG>", new string('x', 5000), StringComparison.Ordinal));
        var id = (await _service.Client.SendAsync(request)).Is(200).Header("X-Openstack-Request-Id")!;
        Assert.MatchesRegex(expected is null ? "^req-[0-9a-f-]{36}$" : $"^{expected}$", id);
    }

    [TestMethod]
    public async Task The_schema_of_an_image_names_no_stores_and_says_what_is_read_only()
    {
        var schema = (await _service.Client.GetAsync("/v2/schemas/image")).Is(200).Json;
        var properties = schema["properties"]!.AsObject();
        Assert.IsFalse(properties.ContainsKey("stores"));
        Assert.IsTrue((bool)properties["size"]!["readOnly"]!);
        Assert.IsFalse(properties["name"]!.AsObject().ContainsKey("readOnly"));
        Assert.Contains("qcow2", properties["disk_format"]!["enum"]!.AsArray().Select(value => (string?)value));
        Assert.AreEqual("string", (string?)schema["additionalProperties"]!["type"]);
        foreach (var name in new[] { "images", "member", "members" })
        {
            Assert.AreEqual(name, (await _service.Client.GetAsync($"/v2/schemas/{name}")).Is(200)["name"]);
        }
    }

    [TestMethod]
    public async Task The_stores_are_told_but_for_those_that_are_reserved()
    {
        var stores = (await _service.Client.GetAsync("/v2/info/stores")).Is(200).Json["stores"]!.AsArray();
        Assert.AreEqual("""[{"id":"cold"},{"id":"fast","description":"quick disks","default":"true"}]""", stores.ToJsonString());
        var detail = (await _service.Client.GetAsync("/v2/info/stores/detail")).Is(200).Json["stores"]![1]!;
        Assert.AreEqual("file", (string?)detail["type"]);
        Assert.AreEqual(10, (int?)detail["weight"]);
    }

    [TestMethod]
    public async Task A_name_that_is_half_of_a_character_is_400_wherever_it_stands()
    {
        const string Body = """{"\ud800": "x"}""";
        var id = await _service.Client.CreateAsync();
        foreach (var path in new[] { "images", "tasks", $"images/{id}/members", $"images/{id}/import", $"images/{id}/actions/convert" })
        {
            (await _service.Client.PostAsync($"/v2/{path}", Body)).Is(400);
            (await _service.Client.PostAsync($"/v2/{path}", $$$$"""{"x": [{{{{Body}}}}]}""")).Is(400);
        }

        (await _service.Client.PatchAsync(id, $"[{Body}]")).Is(400);
        (await _service.Client.PatchAsync(id, $"[{Body}]", "application/openstack-images-v2.0-json-patch")).Is(400);
    }

    [TestMethod]
    public async Task A_document_without_end_is_413()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/images")
        {
            Content = new StringContent($$"""{"x": "{{new string('x', 5 << 20)}}"}""", Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };

        // Asked for before it is sent: else the answer can be lost with the connection that the body breaks.
        request.Headers.ExpectContinue = true;
        (await _service.Client.SendAsync(request)).Is(413);
    }

    [TestMethod]
    public void All_mistakes_in_the_settings_are_told_at_once()
    {
        var error = Assert.Throws<InvalidOperationException>(() => ServiceHost.Build(
            ["--ImageService:Auth:Mode=keystone", "--ImageService:Auth:Keystone:Url=nowhere", "--ImageService:UploadLease=0", "--ImageService:Quotas:Tags=-1"]));
        foreach (var name in new[] { "Auth:Keystone:Url", "Auth:Keystone:Password", "UploadLease", "Quotas" })
        {
            Assert.Contains(name, error.Message);
        }

        Assert.Contains("Misspelt", Assert.Throws<InvalidOperationException>(() => ServiceHost.Build(["--ImageService:Misspelt=1"])).Message);
    }
}
