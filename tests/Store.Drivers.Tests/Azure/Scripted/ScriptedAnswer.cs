using System.Net;
using System.Text;

namespace GlanceStore.Drivers.Azure.Scripted;

/// <summary>An answer, and what becomes of it on its way.</summary>
public sealed record ScriptedAnswer(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    /// <summary>How many bytes of the body are sent before the connection ends; null for all of them.</summary>
    public int? SendBytes { get; init; }

    /// <summary>Whether the connection ends instead of an answer.</summary>
    public bool IsLost { get; init; }

    public static ScriptedAnswer Lost { get; } = new(0, [], []) { IsLost = true };

    public static ScriptedAnswer Error(int status, string code, params (string Name, string Value)[] headers) => new(
        status,
        [new("x-ms-error-code", code), new("x-ms-request-id", "request-1"), new("Content-Type", "application/xml"),
            .. headers.Select(header => KeyValuePair.Create(header.Name, header.Value))],
        Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>scripted</Message></Error>"));

    public async Task WriteAsync(HttpListenerResponse response, bool isHead)
    {
        if (IsLost)
        {
            throw new IOException("The connection ends here.");
        }

        response.StatusCode = Status;
        foreach (var (name, value) in Headers.Where(header => header.Key != "Content-Length" && (!isHead || header.Key != "Content-Type"))) // a type without a body confuses the SDK
        {
            response.Headers[name] = value;
        }

        if (isHead)
        {
            response.ContentLength64 = Headers.Where(header => header.Key == "Content-Length")
                .Select(header => long.Parse(header.Value, System.Globalization.CultureInfo.InvariantCulture)).FirstOrDefault();
            response.Close();
            return;
        }

        response.ContentLength64 = Body.Length;
        await response.OutputStream.WriteAsync(Body.AsMemory(0, SendBytes ?? Body.Length));
        if (SendBytes is null)
        {
            response.Close();
            return;
        }

        await response.OutputStream.FlushAsync();
        response.Abort();
    }
}
