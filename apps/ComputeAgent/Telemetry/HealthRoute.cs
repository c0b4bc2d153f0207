using GlanceStore.ComputeAgent.State;

namespace GlanceStore.ComputeAgent.Telemetry;

/// <summary>GET /health: whether the agent can do its work: it can write, and has a store.</summary>
internal sealed class HealthRoute(AgentPlaces places, ImageStores stores)
{
    public Task RunAsync(HttpContext context)
    {
        string[] problems = [.. Problems()];
        context.Response.StatusCode = problems.Length == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsJsonAsync(
            new { Status = problems.Length == 0 ? "ok" : "failing", Problems = problems, Down = stores.Down.Select(down => down.Id).ToArray() }, AgentJson.Options, context.RequestAborted);
    }

    private IEnumerable<string> Problems()
    {
        if (CannotWrite(places.Directory) is { } why)
        {
            yield return why;
        }

        if (stores.All.Count + stores.Reserved.Count == 0)
        {
            yield return "None of the stores is up.";
        }
    }

    private static string? CannotWrite(string directory)
    {
        try
        {
            using var probe = new FileStream(Path.Combine(directory, ".health"), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose });
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The directory '{directory}' cannot be written to: {e.Message}";
        }
    }
}
