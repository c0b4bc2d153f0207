using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>A client of an agent's socket.</summary>
internal sealed class AgentClient(string socket) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
            return new NetworkStream(connection, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://agent"), Timeout = TimeSpan.FromMinutes(3) };

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    public Task<Answer> PutAsync(string path, string json = "") => SendAsync(HttpMethod.Put, path, json);

    public Task<Answer> PostAsync(string path, string json) => SendAsync(HttpMethod.Post, path, json);

    public Task<Answer> PutImageAsync(ImageId id, ImageReceipt receipt, string more = "") => PutAsync($"/images/{id}", $$"""{"receipt": {{receipt.ToJson()}}{{more}}}""");

    public Task<Stream> OpenEventsAsync() => _http.GetStreamAsync("/events");

    /// <summary>Waits until an image is neither queued nor on its way, and checks what it is then.</summary>
    public async Task<JsonObject> UntilAsync(ImageId id, string state)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var image = (await GetAsync($"/images/{id}")).Is(200);
            if (image["state"] is not ("queued" or "downloading") || image["state"] == state)
            {
                Assert.AreEqual(state, image["state"], image.Text);
                return image.Json;
            }

            await Task.Delay(Pause, limit.Token);
        }
    }

    /// <summary>Waits until a disk can be used.</summary>
    public async Task<JsonObject> UntilDiskIsReadyAsync(string id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var disk = (await GetAsync($"/disks/{id}")).Is(200);
            if (disk["state"] == "ready")
            {
                return disk.Json;
            }

            await Task.Delay(Pause, limit.Token);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Answer> SendAsync(HttpMethod method, string path, string? json)
    {
        using var request = new HttpRequestMessage(method, path) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json") };
        using var answer = await _http.SendAsync(request);
        return new Answer(answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Content.Headers.ContentType?.MediaType);
    }
}
