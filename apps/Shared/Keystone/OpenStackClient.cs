using System.Security.Cryptography.X509Certificates;

namespace GlanceStore.Keystone;

/// <summary>Asks one of OpenStack's services, trusting whom Keystone's settings trust.</summary>
internal sealed class OpenStackClient : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="address">The address that requests are relative to; it ends with a slash.</param>
    /// <param name="account">Whose certificates are trusted.</param>
    /// <param name="maxAnswerBytes">The longest answer.</param>
    public OpenStackClient(string address, KeystoneAccount account, int maxAnswerBytes) => _http = new HttpClient(HandlerOf(account))
    {
        BaseAddress = new Uri(address),
        Timeout = TimeSpan.FromSeconds(15),
        MaxResponseContentBufferSize = maxAnswerBytes,
    };

    /// <summary>Sends a request. uwsgi, which serves these services, closes idle connections without a word; who was sending just then learns it by a reset, and sends once more.</summary>
    /// <exception cref="HttpRequestException">There is no answer.</exception>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request(), cancellationToken);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.Unknown)
        {
            return await _http.SendAsync(request(), cancellationToken);
        }
    }

    public void Dispose() => _http.Dispose();

    private static SocketsHttpHandler HandlerOf(KeystoneAccount account)
    {
        // A redirection would take tokens and passwords to wherever it leads.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        if (account.CaFile is { } file)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(file);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        if (!account.VerifyCertificates)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        }

        return handler;
    }
}
