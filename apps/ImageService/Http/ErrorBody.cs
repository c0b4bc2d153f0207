using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace GlanceStore.ImageService.Http;

/// <summary>An error in the three forms that OpenStack's clients read: HTML where nothing else is asked for, JSON, plain text.</summary>
internal static class ErrorBody
{
    public static async Task WriteAsync(HttpContext context, string text)
    {
        var status = context.Response.StatusCode;
        var title = ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } phrase ? phrase : "Error";
        var (type, body) = FormOf(context.Request) switch
        {
            "application/json" => ("application/json", Json(status, title, text)),
            "text/plain" => ("text/plain; charset=UTF-8", $"{status} {title}\n\n{text}\n\n   "),
            _ => ("text/html; charset=UTF-8", Html(status, title, text)),
        };
        context.Response.ContentType = type;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.WriteAsync(body, context.RequestAborted);
        }
    }

    // The best of those that are accepted; none of them, or no header, is HTML.
    private static string? FormOf(HttpRequest request) => MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
        ? accepted.OrderByDescending(type => type.Quality ?? 1)
            .Select(type => type.MediaType.Value?.ToLowerInvariant())
            .FirstOrDefault(type => type is "application/json" or "text/plain" or "text/html" or "*/*")
        : null;

    private static string Json(int status, string title, string text) => new JsonObject
    {
        ["message"] = $"{text}<br /><br />\n\n\n", // as webob's: it ends as its HTML does, and nothing else in it is HTML
        ["code"] = $"{status} {title}",
        ["title"] = title,
    }.ToJsonString();

    private static string Html(int status, string title, string text) =>
        $"""
        <html>
         <head>
          <title>{status} {title}</title>
         </head>
         <body>
          <h1>{status} {title}</h1>
          {WebUtility.HtmlEncode(text)}<br /><br />



         </body>
        </html>
        """;
}
