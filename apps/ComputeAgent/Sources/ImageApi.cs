using System.Net;
using System.Text.Json;
using GlanceStore.Keystone;

namespace GlanceStore.ComputeAgent.Sources;

/// <summary>Questions to a service that speaks the Image API v2. No answer of it, and no failure, tells the token.</summary>
internal sealed class ImageApi : IDisposable
{
    // A receipt of a terabyte in chunks of 8 MiB is some 6 MB.
    private const int LargestAnswer = 64 << 20;

    // A token with its catalog is far shorter.
    private const int LargestToken = 4 << 20;

    private readonly SourceOptions _options;
    private readonly HttpClient _http;
    private readonly OpenStackClient? _keystone;
    private readonly KeystoneLogin? _login;

    public ImageApi(SourceOptions options)
    {
        _options = options;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(options.Url!.TrimEnd('/') + "/"),
            Timeout = options.Timeout,
            MaxResponseContentBufferSize = LargestAnswer,
        };
        if (options.Keystone is { } account)
        {
            _keystone = new OpenStackClient(KeystoneLogin.AddressOf(account), account, LargestToken);
            _login = new KeystoneLogin(account, _keystone);
        }
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
            using var answer = await AskAsync(path, cancellationToken);
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

    public void Dispose()
    {
        _http.Dispose();
        _login?.Dispose();
        _keystone?.Dispose();
    }

    // A token ends, or is revoked: where this agent can get another one it asks once more.
    private async Task<HttpResponseMessage> AskAsync(string path, CancellationToken cancellationToken)
    {
        var token = await TokenAsync(null, cancellationToken);
        var answer = await AskAsync(path, token, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Unauthorized || _login is null)
        {
            return answer;
        }

        answer.Dispose();
        return await AskAsync(path, await TokenAsync(token, cancellationToken), cancellationToken);
    }

    private async Task<HttpResponseMessage> AskAsync(string path, string? token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("application/json");
        if (!string.IsNullOrEmpty(token))
        {
            request.Headers.TryAddWithoutValidation("X-Auth-Token", token);
        }

        return await _http.SendAsync(request, cancellationToken);
    }

    private Task<string?> TokenAsync(string? refused, CancellationToken cancellationToken) =>
        _login is null ? GivenTokenAsync(cancellationToken) : LogInAsync(_login, refused, cancellationToken);

    private async Task<string?> LogInAsync(KeystoneLogin login, string? refused, CancellationToken cancellationToken)
    {
        try
        {
            return await login.TokenAsync(refused, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw e is HttpRequestException { StatusCode: { } status }
                ? Failed(status == HttpStatusCode.Unauthorized ? StoreError.NotAuthenticated : StoreError.Unavailable,
                    $"is not asked, because its Keystone answers {(int)status} to the login of '{_options.Keystone!.Username}'", e)
                : Failed(StoreError.Unavailable, "is not asked, because its Keystone cannot be reached", e);
        }
    }

    private async Task<string?> GivenTokenAsync(CancellationToken cancellationToken)
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
