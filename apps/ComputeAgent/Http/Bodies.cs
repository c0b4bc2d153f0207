using System.Text.Json;
using System.Text.RegularExpressions;
using GlanceStore.ComputeAgent.State;

namespace GlanceStore.ComputeAgent.Http;

/// <summary>JSON that comes in.</summary>
internal static partial class Bodies
{
    /// <summary>A body of that form; one that is empty has nothing set.</summary>
    public static async Task<T> ReadAsync<T>(HttpContext context)
        where T : class, new()
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted); // bounded by the server's limit
        try
        {
            return buffer.Length == 0 ? new T()
                : JsonSerializer.Deserialize<T>(buffer.GetBuffer().AsSpan(0, (int)buffer.Length), AgentJson.Options) ?? throw new JsonException("The body is null.");
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
        {
            throw AgentException.BadRequest($"The body is not of its form: {WordsOf(e.Message)}", e);
        }
    }

    public static ImageId ImageIdOf(string text) => ImageId.TryParse(text, out var id)
        ? id
        : throw AgentException.BadRequest("The id of an image has 1 to 255 letters, digits and '-._~', and begins with a letter or a digit.");

    // Those of .NET, without its types, which say nothing to a client.
    private static string WordsOf(string message) =>
        NamesText().Replace(LacksText().Replace(OtherTypeText().Replace(UnknownText().Replace(message, "is not known here"), "is of another type."), "it lacks "), "");

    [GeneratedRegex(@"could not be mapped to any \.NET member contained in type '[^']*'")]
    private static partial Regex UnknownText();

    [GeneratedRegex(@"could not be converted to [^ ]+\.(?= |$)")]
    private static partial Regex OtherTypeText();

    [GeneratedRegex(@"( encountered during deserialization)? (on|of|for) type '[^']*'| Consider updating its nullability annotation\.")]
    private static partial Regex NamesText();

    [GeneratedRegex(@"JSON deserialization for type '[^']*' was missing required properties including: ")]
    private static partial Regex LacksText();
}
