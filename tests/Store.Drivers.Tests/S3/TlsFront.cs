using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace GlanceStore.Drivers.S3;

/// <summary>TLS before a server that has none.</summary>
internal sealed class TlsFront : IAsyncDisposable
{
    private readonly LoopbackListener _listener;
    private readonly Uri _behind;
    private readonly X509Certificate2 _certificate;

    public TlsFront(string behind, X509Certificate2 certificate)
    {
        (_behind, _certificate) = (new Uri(behind), certificate);
        _listener = new LoopbackListener(ServeAsync);
    }

    public string Endpoint => $"https://localhost:{_listener.Port}";

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(TcpClient client, CancellationToken stop)
    {
        await using var front = new SslStream(client.GetStream());
        await front.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, stop);
        using var server = new TcpClient();
        await server.ConnectAsync(_behind.Host, _behind.Port, stop);
        await using var back = server.GetStream();
        await Task.WhenAny(front.CopyToAsync(back, stop), back.CopyToAsync(front, stop));
    }
}
