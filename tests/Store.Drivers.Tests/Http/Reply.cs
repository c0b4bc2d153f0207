using System.Globalization;
using System.Text;

namespace GlanceStore.Drivers.Http.Tests;

/// <summary>What a scripted server says, to the byte, and what it does then.</summary>
internal sealed record Reply(string Head, byte[] Body, Then Then = Then.KeepAlive)
{
    public const string Tag = "\"v1\"";

    /// <summary>An answer with a status and headers, and an empty body unless the headers say otherwise.</summary>
    public static Reply Status(int status, params string[] headers) => Of(status, [], [.. headers, "Content-Length: 0"]);

    public static Reply Redirect(int status, string target) => Status(status, $"Location: {target}");

    /// <summary>An answer whose headers are the given ones and no others.</summary>
    public static Reply Of(int status, byte[] body, params string[] headers) =>
        new(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Scripted\r\n") + string.Concat(headers.Select(line => line + "\r\n")) + "\r\n", body);

    /// <summary>The whole of an image.</summary>
    public static Reply Whole(byte[] image, params string[] headers) => Of(200, image, [$"Content-Length: {image.Length}", .. headers]);

    /// <summary>An image as a good server gives it: ranges, a strong ETag and both preconditions.</summary>
    public static Reply Good(ScriptedRequest request, byte[] image, string tag = Tag)
    {
        if (request["If-Match"] is { } wanted && wanted != tag)
        {
            return Status(412);
        }

        if (request.RangeOf(image.Length) is not { } range || (request["If-Range"] is { } only && only != tag))
        {
            return Whole(image, $"ETag: {tag}");
        }

        return range.First < image.Length
            ? Of(206, image[range.First..(range.Last + 1)], $"Content-Length: {range.Last + 1 - range.First}", $"ETag: {tag}",
                $"Content-Range: bytes {range.First}-{range.Last}/{image.Length}")
            : Status(416, $"Content-Range: bytes */{image.Length}");
    }

    /// <summary>The same answer cut after so many bytes of its body.</summary>
    public Reply CutAfter(int bytes) => this with { Body = Body[..bytes], Then = Then.Close };

    public byte[] BytesFor(ScriptedRequest request) => [.. Encoding.Latin1.GetBytes(Head), .. request.Method == "HEAD" ? [] : Body];
}

internal enum Then
{
    KeepAlive,
    Close,
    Reset,
    Hang,
}
