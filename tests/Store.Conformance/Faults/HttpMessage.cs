using System.Globalization;
using System.Text;

namespace GlanceStore.Conformance;

/// <summary>A request or an answer of HTTP/1.1 as it is on the wire, small enough to be held whole.</summary>
internal sealed record HttpMessage(string Start, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public bool IsHead => Start.StartsWith("HEAD ", StringComparison.Ordinal);

    public int Status => int.Parse(Start.Split(' ')[1], CultureInfo.InvariantCulture);

    /// <summary>The range that a request asks for; its end where there is one.</summary>
    public (int First, int? Last)? Range => (this["Range"] ?? this["x-ms-range"])?.Split('=', '-') is [_, var first, var last]
        ? (int.Parse(first, CultureInfo.InvariantCulture), int.TryParse(last, CultureInfo.InvariantCulture, out var end) ? end : null)
        : null;

    private string? this[string name] => Headers.FirstOrDefault(header => Is(header, name)).Value;

    public static async Task<HttpMessage?> ReadRequestAsync(Stream stream, CancellationToken cancellationToken) =>
        await ReadHeadAsync(stream, cancellationToken) is { } head ? head with { Body = await ReadBodyAsync(head, stream, false, cancellationToken) } : null;

    public static async Task<HttpMessage> ReadAnswerAsync(Stream stream, bool toHead, CancellationToken cancellationToken)
    {
        var head = await ReadHeadAsync(stream, cancellationToken) ?? throw new IOException("The backend closed the connection.");
        if (toHead || head.Status is 204 or 304)
        {
            return head;
        }

        var body = await ReadBodyAsync(head, stream, true, cancellationToken);
        return head.Without("Transfer-Encoding").With("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture)) with { Body = body };
    }

    public HttpMessage With(string name, string value) => this with { Headers = [.. Headers.Where(header => !Is(header, name)), (name, value)] };

    public HttpMessage Without(string name) => this with { Headers = [.. Headers.Where(header => !Is(header, name))] };

    public HttpMessage WithStatus(int status) => this with { Start = string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Bent") };

    /// <summary>The message with another body, in one chunk.</summary>
    public HttpMessage Chunked(byte[] body) => With("Transfer-Encoding", "chunked") with
    {
        Body = [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{body.Length:x}\r\n")), .. body, .. "\r\n0\r\n\r\n"u8],
    };

    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = $"{Start}\r\n{string.Concat(Headers.Select(header => $"{header.Name}: {header.Value}\r\n"))}\r\n";
        await stream.WriteAsync((byte[])[.. Encoding.Latin1.GetBytes(head), .. Body], cancellationToken);
    }

    private static bool Is((string Name, string Value) header, string name) => name.Equals(header.Name, StringComparison.OrdinalIgnoreCase);

    private static async Task<HttpMessage?> ReadHeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        while (await ReadLineAsync(stream, cancellationToken) is { } line)
        {
            if (line.Length == 0)
            {
                return new HttpMessage(lines[0], [.. lines.Skip(1).Select(Header)], []);
            }

            lines.Add(line);
        }

        return null;
    }

    private static (string Name, string Value) Header(string line) => line.Split(':', 2) is [var name, var value] ? (name, value.Trim()) : (line, "");

    private static async Task<byte[]> ReadBodyAsync(HttpMessage head, Stream stream, bool isAnswer, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        if (head["Transfer-Encoding"] is not null)
        {
            while (await ReadLineAsync(stream, cancellationToken) is { } size && int.Parse(size.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var length)
            {
                await CopyAsync(stream, body, length, cancellationToken);
                await ReadLineAsync(stream, cancellationToken);
            }
        }
        else if (head["Content-Length"] is { } length)
        {
            await CopyAsync(stream, body, int.Parse(length, CultureInfo.InvariantCulture), cancellationToken);
        }
        else if (isAnswer)
        {
            await stream.CopyToAsync(body, cancellationToken);
        }

        return body.ToArray();
    }

    private static async Task CopyAsync(Stream from, Stream to, int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        await from.ReadExactlyAsync(bytes, cancellationToken);
        await to.WriteAsync(bytes, cancellationToken);
    }

    private static async Task<string?> ReadLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, cancellationToken) > 0)
        {
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }

        return null;
    }
}
