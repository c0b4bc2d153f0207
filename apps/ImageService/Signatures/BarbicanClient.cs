using System.Net;
using GlanceStore.ImageService.Accounts;
using GlanceStore.ImageService.Http;
using GlanceStore.Keystone;

namespace GlanceStore.ImageService.Signatures;

/// <summary>Fetches certificates from Barbican, with the service's own token of Keystone: whoever signs lets the service's user read them.</summary>
internal sealed class BarbicanClient : IDisposable
{
    // Barbican gives a secret in one form for each request: Accept is one type, and 406 says that it has the other one.
    private static readonly string[] Types = ["application/octet-stream", "text/plain"];

    private readonly KeystoneClient _keystone;
    private readonly OpenStackClient _barbican;

    public BarbicanClient(ServiceOptions options, KeystoneClient keystone)
    {
        _keystone = keystone;
        var address = options.Signatures.Barbican!.TrimEnd('/');
        _barbican = new OpenStackClient(address.EndsWith("/v1", StringComparison.Ordinal) ? address + "/" : address + "/v1/", options.Auth.Keystone, Certificates.MaxBytes);
    }

    /// <summary>A certificate; null where there is none of that id.</summary>
    /// <exception cref="ApiException">400: the service may not read it; 503: Barbican or Keystone cannot be asked.</exception>
    public async Task<byte[]?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var type in Types)
            {
                using var answer = await AskAsync(id, type, cancellationToken);
                switch (answer.StatusCode)
                {
                    case HttpStatusCode.OK:
                        return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
                    case HttpStatusCode.NotFound:
                        return null;
                    case HttpStatusCode.NotAcceptable:
                        continue;
                    case HttpStatusCode.Forbidden:
                        throw ApiException.BadRequest($"The image's signature cannot be checked: the image service may not read the certificate {id:D}; let its user do so.");
                    default:
                        throw Unavailable($"it answers {(int)answer.StatusCode}", null);
                }
            }

            return null;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Unavailable("it does not answer", e);
        }
    }

    public void Dispose() => _barbican.Dispose();

    private async Task<HttpResponseMessage> AskAsync(Guid id, string type, CancellationToken cancellationToken)
    {
        var token = await _keystone.OwnTokenAsync(null, cancellationToken);
        var answer = await SendAsync(id, type, token, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Unauthorized)
        {
            return answer;
        }

        answer.Dispose();
        return await SendAsync(id, type, await _keystone.OwnTokenAsync(token, cancellationToken), cancellationToken);
    }

    private Task<HttpResponseMessage> SendAsync(Guid id, string type, string token, CancellationToken cancellationToken) => _barbican.SendAsync(() =>
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"secrets/{id:D}/payload");
        request.Headers.TryAddWithoutValidation(AuthToken.Header, token);
        request.Headers.Accept.ParseAdd(type);
        return request;
    }, cancellationToken);

    private static ApiException Unavailable(string reason, Exception? cause) =>
        ApiException.Unavailable($"Barbican, which has the certificate of the image's signature, cannot be asked: {reason}. Try again later.", cause);
}
