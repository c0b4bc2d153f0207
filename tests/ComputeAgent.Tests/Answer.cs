using System.Net;
using System.Text.Json.Nodes;

namespace GlanceStore.ComputeAgent.Tests;

/// <summary>An answer of the agent that was read to its end.</summary>
internal sealed record Answer(HttpStatusCode Status, string Text, string? ContentType)
{
    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    public string? this[string name] => Json[name]?.ToString();

    /// <summary>Checks the status, and says what else came.</summary>
    public Answer Is(int status)
    {
        Assert.AreEqual(status, (int)Status, Text);
        return this;
    }

    /// <summary>Checks that it is a problem with that status and code, and a sentence with these words.</summary>
    public Answer Refuses(int status, string code, string words = "")
    {
        Is(status);
        Assert.AreEqual("application/problem+json", ContentType);
        Assert.AreEqual(code, this["code"], Text);
        Assert.Contains(words, this["detail"]!);
        return this;
    }
}
