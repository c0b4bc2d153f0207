using GlanceStore.ComputeAgent.Disks;
using GlanceStore.ComputeAgent.Images;
using GlanceStore.ComputeAgent.State;
using Microsoft.AspNetCore.Http.Features;

namespace GlanceStore.ComputeAgent.Http;

/// <summary>What is where.</summary>
internal static class Routes
{
    // The receipt of a terabyte is some 6 MB.
    private const long LargestImageRequest = 64 << 20;

    public static void Map(WebApplication app, Agent agent)
    {
        MapImages(app, agent);
        MapDisks(app, agent);
        app.MapPost("/adopt", async context =>
            await WriteAsync(context, new { Files = await agent.Adoption.RunAsync(await Bodies.ReadAsync<AdoptionRequest>(context), context.RequestAborted) }));
        app.MapGet("/events", agent.EventRoute.RunAsync);
        app.MapGet("/health", context => agent.Health.RunAsync(context));
        app.MapGet("/metrics", context => agent.Metrics.RunAsync(context));
    }

    private static void MapImages(WebApplication app, Agent agent)
    {
        app.MapGet("/images", async context =>
            await WriteAsync(context, new { Images = (await agent.Images.ListAsync(context.RequestAborted)).Images.Select(ImageDocument.Of).ToArray() }));
        app.MapGet("/images/{id}", async (HttpContext context, string id) =>
        {
            await agent.Images.ListAsync(context.RequestAborted);
            await WriteAsync(context, ImageDocument.Of(agent.Images.Get(Bodies.ImageIdOf(id))));
        });
        app.MapPut("/images/{id}", async (HttpContext context, string id) =>
        {
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = LargestImageRequest;
            var image = await agent.Images.EnsureAsync(Bodies.ImageIdOf(id), await Bodies.ReadAsync<ImageRequest>(context), context.RequestAborted);
            var isDone = image.State == ImageState.Ready || (image.State == ImageState.Known && image.Record.FetchWhenUsed);
            await WriteAsync(context, ImageDocument.Of(image), isDone ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
        });
        app.MapDelete("/images/{id}", async (HttpContext context, string id) =>
        {
            await agent.Images.DeleteAsync(Bodies.ImageIdOf(id), context.RequestAborted);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        app.MapPost("/images/{id}/disks", async (HttpContext context, string id) =>
        {
            var (disk, isNew) = await agent.Disks.CreateAsync(Bodies.ImageIdOf(id), await Bodies.ReadAsync<DiskRequest>(context), context.RequestAborted);
            context.Response.Headers.Location = $"/disks/{disk.Id}";
            await WriteAsync(context, agent.Disks.Describe(disk), isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
        });
    }

    private static void MapDisks(WebApplication app, Agent agent)
    {
        app.MapGet("/disks", context => WriteAsync(context, new { Disks = agent.Disks.All.Select(agent.Disks.Describe).ToArray() }));
        app.MapGet("/disks/{id}", (HttpContext context, string id) => WriteAsync(context, agent.Disks.Describe(agent.Disks.Get(id))));
        app.MapDelete("/disks/{id}", async (HttpContext context, string id) =>
        {
            await agent.Disks.DeleteAsync(id, context.Request.Query["force"] == "true", context.RequestAborted);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        app.MapGet("/exports", context => WriteAsync(context, new { Exports = agent.Exports().ToArray() }));
    }

    private static Task WriteAsync<T>(HttpContext context, T document, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(document, AgentJson.Options, context.RequestAborted);
    }
}
