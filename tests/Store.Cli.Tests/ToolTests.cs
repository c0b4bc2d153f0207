using System.Text.Json;

namespace GlanceStore.Cli.Tests;

/// <summary>A test of the tool: each has a data directory of its own.</summary>
public abstract class ToolTests
{
    private protected Tool Tool { get; } = new();

    [TestCleanup]
    public void Clean() => Tool.Dispose();

    // Not an assertion of MSTest: it would print twenty million bytes.
    private protected static void Same(byte[] expected, byte[] actual) => Assert.IsTrue(expected.AsSpan().SequenceEqual(actual));

    private protected static string PropertiesOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        return string.Join(", ", document.RootElement.EnumerateObject().Select(property => property.Name));
    }

    private protected static string ValueOf(string json, string property)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty(property).ToString();
    }

    private protected void Corrupt(string id, long offset)
    {
        using var file = File.OpenHandle(Path.Combine(Tool.StoreDirectory, id), FileMode.Open, FileAccess.ReadWrite);
        var one = new byte[1];
        RandomAccess.Read(file, one, offset);
        one[0] ^= 1;
        RandomAccess.Write(file, one, offset);
    }
}
