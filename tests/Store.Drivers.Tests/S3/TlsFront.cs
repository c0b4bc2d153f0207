using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace GlanceStore.Drivers.S3;

/// <summary>TLS before a server that has none.</summary>
internal sealed class TlsFront : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _behind;
    private readonly X509Certificate2 _certificate;
    private readonly Task _loop;

    public TlsFront(string behind, X509Certificate2 certificate)
    {
        (_behind, _certificate) = (new Uri(behind), certificate);
        _listener.Start();
        _loop = Task.Run(ServeAsync);
    }

    public string Endpoint => $"https://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _loop;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync();
                _ = Task.Run(() => CarryAsync(client));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            await using var front = new SslStream(client.GetStream());
            await front.AuthenticateAsServerAsync(_certificate);
            using var server = new TcpClient();
            await server.ConnectAsync(_behind.Host, _behind.Port);
            await using var back = server.GetStream();
            await Task.WhenAny(front.CopyToAsync(back), back.CopyToAsync(front));
        }
        catch (Exception e) when (e is IOException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            // the client went away, or did not like the certificate
        }
    }
}
