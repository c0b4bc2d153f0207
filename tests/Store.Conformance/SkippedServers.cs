namespace GlanceStore.Conformance;

/// <summary>Decides what a test does whose server is not there.</summary>
public static class SkippedServers
{
    /// <summary>The environment variable that lists, separated by commas, the servers that must be there.</summary>
    public const string RequireVariable = "GLANCESTORE_REQUIRE";

    /// <summary>Skips the test with a reason, or fails it where <see cref="RequireVariable"/> names the server.</summary>
    public static void Skip(string server, string reason) => Skip(server, reason, Environment.GetEnvironmentVariable(RequireVariable));

    /// <summary>As <see cref="Skip(string, string)"/>, with the list given.</summary>
    public static void Skip(string server, string reason, string? required)
    {
        var names = (required ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Contains(server, StringComparer.OrdinalIgnoreCase))
        {
            Assert.Fail($"'{server}' is not there, and {RequireVariable} requires it: {reason}");
        }

        Assert.Inconclusive($"'{server}' is skipped: {reason}");
    }
}
