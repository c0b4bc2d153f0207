using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace GlanceStore.Conformance;

/// <summary>Stands before a backend that is spoken to by HTTP and passes everything on, but bends what answers say of the bytes of one image.</summary>
internal sealed class LyingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _backend;
    private readonly SampleImage _image;
    private readonly Lie _lie;
    private readonly Task _accepting;
    private int _lies;

    public LyingProxy(Uri backend, SampleImage image, Lie lie)
    {
        (_backend, _image, _lie) = (backend, image, lie);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The proxy's address, with the path that the backend's has.</summary>
    public Uri Address => new UriBuilder(_backend) { Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;

    /// <summary>How many answers were bent.</summary>
    public int Lies => _lies;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using var _ = client;
            var stream = client.GetStream();
            if (await HttpMessage.ReadRequestAsync(stream, _stop.Token) is { } request)
            {
                await AnswerAsync(stream, request);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // whoever asked has gone, as it may
        }
    }

    private async Task AnswerAsync(Stream client, HttpMessage request)
    {
        using var server = new TcpClient();
        await server.ConnectAsync(_backend.Host, _backend.Port, _stop.Token);
        var stream = server.GetStream();
        await request.With("Connection", "close").WriteAsync(stream, _stop.Token);
        var answer = await HttpMessage.ReadAnswerAsync(stream, request.IsHead, _stop.Token);
        var bent = IsOfImage(request, answer) ? Bend(answer, request) : answer;
        if (bent != answer)
        {
            Interlocked.Increment(ref _lies);
        }

        // Each answer on a connection of its own: what is behind a bent one is nobody's.
        await bent.With("Connection", "close").WriteAsync(client, _stop.Token);
    }

    private bool IsOfImage(HttpMessage request, HttpMessage answer) =>
        request.Start.StartsWith("GET ", StringComparison.Ordinal) && request.Start.Contains(_image.Id.Value, StringComparison.Ordinal)
        && answer.Status is 200 or 206 && answer.Body.Length > 0;

    private HttpMessage Bend(HttpMessage answer, HttpMessage request) => _lie switch
    {
        Lie.BodyCutShort => answer.With("Content-Length", Text(answer.Body.Length)) with { Body = answer.Body[..(answer.Body.Length / 2)] },
        Lie.BodyThatGoesOn => answer.Chunked([.. answer.Body, 1, 2, 3]).With("Content-Length", Text(answer.Body.Length)),
        Lie.VoidLength => answer.Chunked(answer.Body).With("Content-Length", Text(answer.Body.Length / 2)),
        Lie.Encoded => answer.With("Content-Encoding", "gzip"),
        _ when answer.Status == 206 && request.Range is { } asked => BendPart(answer, asked.First, asked.First + answer.Body.Length - 1),
        _ => answer,
    };

    private HttpMessage BendPart(HttpMessage answer, int first, int last) => _lie switch
    {
        Lie.PartOfNothing => answer.Without("Content-Range"),
        Lie.PartWithOk => answer.WithStatus(200),
        Lie.PartForWhole => answer.WithStatus(200).Without("Content-Range"),
        Lie.PartFromElsewhere when last + 1 < _image.Length => Part(answer, first + 1, last + 1),
        Lie.PartFromElsewhere when first > 0 => Part(answer, first - 1, last - 1),
        Lie.ShorterPart when last > first => Part(answer, first, (first + last) / 2),
        Lie.LongerPart when last + 1 < _image.Length => Part(answer, first, last + 1),
        _ => answer,
    };

    private HttpMessage Part(HttpMessage answer, int first, int last) => answer
        .With("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{last}/{_image.Length}"))
        .With("Content-Length", Text(last + 1 - first)) with { Body = _image.Bytes[first..(last + 1)] };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
