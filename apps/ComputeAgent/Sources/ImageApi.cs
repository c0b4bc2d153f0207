using System.Net;
using System.Text.Json;

namespace GlanceStore.ComputeAgent.Sources;

/// <summary>Questions to a service that speaks the Image API v2. No answer of it, and no failure, tells the token.</summary>
internal sealed class ImageApi : IDisposable
{
    // A receipt of a terabyte in chunks of 8 MiB is some 6 MB.
    private const int LargestAnswer = 64 << 20;

    private readonly SourceOptions _options;
    private readonly HttpClient _http;

    public ImageApi(SourceOptions options)
    {
        _options = options;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(options.Url!.TrimEnd('/') + "/"),
            Timeout = options.Timeout,
            MaxResponseContentBufferSize = LargestAnswer,
        };
    }

    public Uri Address => _http.BaseAddress!;

    /// <summary>An image as the service tells it; null where it knows none of the id. The caller disposes it.</summary>
    public async Task<JsonDocument?> FindImageAsync(ImageId id, CancellationToken cancellationToken)
    {
        if (await FindTextAsync($"v2/images/{id}", cancellationToken) is not { } text)
        {
            return null;
        }

        JsonDocument image;
        try
        {
            image = JsonDocument.Parse(text);
        }
        catch (JsonException e)
        {
            throw new StoreException(StoreError.Unavailable, $"The source '{_options.NameOrType}' gave no image: its answer is not JSON.", e);
        }

        if (PropertyOf(image, "status") is "active")
        {
            return image;
        }

        using (image)
        {
            throw new StoreException(StoreError.NotFound, $"The image {id} is {PropertyOf(image, "status") ?? "of no status"} at the source '{_options.NameOrType}', and only an active one has data for others.");
        }
    }

    /// <summary>What is at a path; null where it is not there.</summary>
    public async Task<string?> FindTextAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Accept.ParseAdd("application/json");
            if (await TokenAsync(cancellationToken) is { Length: > 0 } token)
            {
                request.Headers.TryAddWithoutValidation("X-Auth-Token", token);
            }

            using var answer = await _http.SendAsync(request, cancellationToken);
            return answer.StatusCode switch
            {
                HttpStatusCode.OK => await answer.Content.ReadAsStringAsync(cancellationToken),
                HttpStatusCode.NotFound => null,
                HttpStatusCode.Unauthorized => throw Failed(StoreError.NotAuthenticated, "does not accept the token of this agent"),
                HttpStatusCode.Forbidden => throw Failed(StoreError.AccessDenied, "does not let this agent see the image, or its receipt"),
                var status => throw Failed(StoreError.Unavailable, $"answered {(int)status}"),
            };
        }
        catch (Exception e) when (e is HttpRequestException or (IOException and not StoreException)
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Failed(StoreError.Unavailable, e is OperationCanceledException ? $"did not answer within {_options.Timeout}" : "cannot be reached", e);
        }
    }

    public static string? PropertyOf(JsonDocument image, string name) =>
        image.RootElement.ValueKind == JsonValueKind.Object && image.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static long? NumberOf(JsonDocument image, string name) =>
        image.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    public void Dispose() => _http.Dispose();

    private async Task<string?> TokenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return _options.TokenFile is { } file ? (await File.ReadAllTextAsync(file, cancellationToken)).Trim() : _options.Token;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(StoreError.Unavailable, $"is not asked, because its TokenFile '{_options.TokenFile}' cannot be read", e);
        }
    }

    private StoreException Failed(StoreError error, string what, Exception? cause = null) =>
        new(error, $"The source '{_options.NameOrType}' at {Address.GetLeftPart(UriPartial.Authority)} {what}.", cause) { IsTransient = error == StoreError.Unavailable };
}
