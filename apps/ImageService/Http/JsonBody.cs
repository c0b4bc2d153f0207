using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GlanceStore.ImageService.Http;

/// <summary>JSON in and out.</summary>
internal static class JsonBody
{
    // A name that comes twice has no value of which everybody would agree that it is the one.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The body, whatever JSON it is. The caller disposes it.</summary>
    public static async Task<JsonDocument> ReadAsync(HttpContext context)
    {
        JsonDocument? body = null;
        try
        {
            body = await JsonDocument.ParseAsync(context.Request.Body, Strict, context.RequestAborted);
            RequireNames(body.RootElement);
            return body;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Names that are no text are found either while they are compared with each other or when they are asked for.
            body?.Dispose();
            throw ApiException.BadRequest("The body is not valid JSON.", e);
        }
    }

    // Half of a surrogate pair, which JSON lets be written, is a name that cannot be asked for.
    private static void RequireNames(JsonElement element)
    {
        foreach (var member in element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : default)
        {
            _ = member.Name.Length;
            RequireNames(member.Value);
        }

        foreach (var item in element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : default)
        {
            RequireNames(item);
        }
    }

    /// <summary>The members of a body that is an object.</summary>
    public static IEnumerable<JsonProperty> MembersOf(JsonDocument body) => body.RootElement.ValueKind == JsonValueKind.Object
        ? body.RootElement.EnumerateObject()
        : throw ApiException.BadRequest("The body is not a JSON object.");

    public static Task WriteAsync(HttpContext context, JsonNode body, int status = StatusCodes.Status200OK)
    {
        var text = Encoding.UTF8.GetBytes(body.ToJsonString());
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = text.Length;
        return context.Response.Body.WriteAsync(text, context.RequestAborted).AsTask();
    }

    /// <summary>A text that both databases keep as it is: no NUL, no half of a surrogate pair, not without end.</summary>
    public static string TextOf(JsonElement value, string name, int maxLength)
    {
        string text;
        try
        {
            text = value.ValueKind == JsonValueKind.String ? value.GetString()! : throw ApiException.BadRequest($"'{name}' is not a text.");
        }
        catch (InvalidOperationException e)
        {
            throw ApiException.BadRequest($"'{name}' is not valid Unicode.", e);
        }

        return Checked(text, name, maxLength);
    }

    public static string Checked(string text, string name, int maxLength) =>
        text.Contains('\0', StringComparison.Ordinal) ? throw ApiException.BadRequest($"'{name}' holds a NUL character.")
        : text.Length > maxLength && text.EnumerateRunes().Count() > maxLength ? throw ApiException.BadRequest($"'{name}' is longer than {maxLength} characters.")
        : text;
}
