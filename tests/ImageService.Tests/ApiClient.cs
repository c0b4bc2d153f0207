using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GlanceStore.ImageService.Tests;

/// <summary>An answer that was read to its end.</summary>
internal sealed record Answer(HttpStatusCode Status, byte[] Body, HttpResponseMessage Message)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    public string? this[string name] => Json[name]?.ToString();

    public string? Header(string name) =>
        (Message.Headers.TryGetValues(name, out var values) || Message.Content.Headers.TryGetValues(name, out values)) ? string.Join(",", values) : null;

    /// <summary>Checks the status, and says what else came.</summary>
    public Answer Is(int status)
    {
        Assert.AreEqual(status, (int)Status, Text);
        return this;
    }

    /// <summary>Checks the status and that the message says these words.</summary>
    public Answer Refuses(int status, string words)
    {
        Is(status);
        Assert.Contains(words, this["message"]!);
        return this;
    }
}

/// <summary>A client of the API.</summary>
internal sealed class ApiClient(HttpClient http)
{
    private const string PatchType = "application/openstack-images-v2.1-json-patch";

    public Task<Answer> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    public Task<Answer> DeleteAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Delete, path));

    public Task<Answer> PostAsync(string path, string json = "") => SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(json) });

    public Task<Answer> PutAsync(string path, string json = "") => SendAsync(new HttpRequestMessage(HttpMethod.Put, path) { Content = Json(json) });

    public Task<Answer> PatchAsync(string id, string json, string type = PatchType) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Patch, $"/v2/images/{id}") { Content = new StringContent(json, Encoding.UTF8) { Headers = { ContentType = new MediaTypeHeaderValue(type) } } });

    /// <summary>Creates an image; the JSON is that of its members, without braces.</summary>
    public async Task<string> CreateAsync(string members = "\"disk_format\": \"raw\", \"container_format\": \"bare\"") =>
        (await PostAsync("/v2/images", $"{{{members}}}")).Is(201)["id"]!;

    /// <summary>Creates a raw image with data.</summary>
    public async Task<string> StoreAsync(byte[] data, string members = "\"disk_format\": \"raw\", \"container_format\": \"bare\"")
    {
        var id = await CreateAsync(members);
        (await UploadAsync(id, data)).Is(204);
        return id;
    }

    public Task<Answer> UploadAsync(string id, byte[] data, string? store = null) => UploadAsync(id, new ByteArrayContent(data), store);

    public Task<Answer> UploadAsync(string id, HttpContent body, string? store = null, string type = "application/octet-stream", CancellationToken cancellationToken = default)
    {
        body.Headers.ContentType = new MediaTypeHeaderValue(type);
        var request = new HttpRequestMessage(HttpMethod.Put, $"/v2/images/{id}/file") { Content = body };
        if (store is not null)
        {
            request.Headers.Add("X-Image-Meta-Store", store);
        }

        return SendAsync(request, cancellationToken);
    }

    public Task<Answer> DownloadAsync(string id, string? range = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/v2/images/{id}/file");
        if (range is not null)
        {
            request.Headers.TryAddWithoutValidation("Range", range);
        }

        return SendAsync(request);
    }

    public async Task<string?> StatusOfAsync(string id) => (await GetAsync($"/v2/images/{id}")).Is(200)["status"];

    public async Task<Answer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken = default)
    {
        var message = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return new Answer(message.StatusCode, await message.Content.ReadAsByteArrayAsync(cancellationToken), message);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
