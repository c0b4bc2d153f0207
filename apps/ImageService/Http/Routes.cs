using GlanceStore.ImageService.Conversion;
using GlanceStore.ImageService.Database;
using GlanceStore.ImageService.Discovery;
using GlanceStore.ImageService.Images;
using GlanceStore.ImageService.Imports;
using GlanceStore.ImageService.Listing;
using GlanceStore.ImageService.Sharing;
using GlanceStore.ImageService.Transfers;

namespace GlanceStore.ImageService.Http;

/// <summary>Every route of the service, on one page. What is not here is 404, and with another method 405.</summary>
internal static class Routes
{
    private const long LargestDocument = 4 << 20;
    private const string Image = "/v2/images/{id}";

    public static void Map(WebApplication app)
    {
        app.Use(RefuseEmptyNames);
        app.MapVersions();
        app.MapGet("/healthcheck", HealthAsync);
        app.MapSchemas();
        app.MapStoreInfos();
        MapImages(app);
        MapMembers(app);
        MapData(app);
        MapMissing(app);
    }

    private static void MapImages(WebApplication app)
    {
        app.MapGet("/v2/images", (HttpContext context, ImageList list) => list.ListAsync(context));
        app.MapPost("/v2/images", (HttpContext context, ImageCreation creation) => creation.CreateAsync(context)).WithRequestLimit(LargestDocument);
        app.MapGet(Image, (HttpContext context, ImageChanges image, string id) => image.ShowAsync(context, id));
        app.MapPatch(Image, (HttpContext context, ImageChanges image, string id) => image.PatchAsync(context, id)).WithRequestLimit(LargestDocument);
        app.MapDelete(Image, (HttpContext context, ImageRemoval removal, string id) => removal.DeleteAsync(context, id));
        app.MapPost(Image + "/actions/deactivate", (HttpContext context, ImageChanges image, string id) => image.DeactivateAsync(context, id));
        app.MapPost(Image + "/actions/reactivate", (HttpContext context, ImageChanges image, string id) => image.ReactivateAsync(context, id));
        app.MapPost(Image + "/actions/convert", (HttpContext context, ConversionRequests conversions, string id) => conversions.ConvertAsync(context, id)).WithRequestLimit(LargestDocument);
        app.MapPut(Image + "/tags/{tag}", (HttpContext context, ImageTags tags, string id) => tags.AddAsync(context, id));
        app.MapDelete(Image + "/tags/{tag}", (HttpContext context, ImageTags tags, string id) => tags.RemoveAsync(context, id));
    }

    private static void MapMembers(WebApplication app)
    {
        const string Members = Image + "/members";
        const string Member = Members + "/{member}";
        app.MapGet(Members, (HttpContext context, ImageMembers members, string id) => members.ListAsync(context, id));
        app.MapPost(Members, (HttpContext context, ImageMembers members, string id) => members.AddAsync(context, id)).WithRequestLimit(LargestDocument);
        app.MapGet(Member, (HttpContext context, ImageMembers members, string id) => members.ShowAsync(context, id));
        app.MapPut(Member, (HttpContext context, ImageMembers members, string id) => members.AnswerAsync(context, id)).WithRequestLimit(LargestDocument);
        app.MapDelete(Member, (HttpContext context, ImageMembers members, string id) => members.RemoveAsync(context, id));
    }

    private static void MapData(WebApplication app)
    {
        app.MapPut(Image + "/file", (HttpContext context, ImageUploads uploads, string id) => uploads.UploadAsync(context, id)).WithRequestLimit(null);
        app.MapGet(Image + "/file", (HttpContext context, ImageDownloads downloads, string id) => downloads.DownloadAsync(context, id));
        app.MapGet(Image + "/receipt", (HttpContext context, ImageDownloads downloads, string id) => downloads.ReceiptAsync(context, id));
        app.MapPut(Image + "/stage", (HttpContext context, ImageUploads uploads, string id) => uploads.StageAsync(context, id)).WithRequestLimit(null);
        app.MapPost(Image + "/import", (HttpContext context, ImageImports imports, string id) => imports.ImportAsync(context, id)).WithRequestLimit(LargestDocument);
        app.MapGet(Image + "/tasks", (HttpContext context, ImageImports imports, string id) => imports.TasksOfAsync(context, id));
        app.MapGet("/v2/tasks", (HttpContext context, TaskList tasks) => tasks.ListAsync(context));
        app.MapPost("/v2/tasks", (HttpContext context, TaskCreation creation) => creation.CreateAsync(context)).WithRequestLimit(LargestDocument);
        app.MapGet("/v2/tasks/{id}", (HttpContext context, ImageImports imports, string id) => imports.TaskAsync(context, id));
        app.MapDelete("/v2/stores/{store}/{id}", (HttpContext context, ImageRemoval removal, string store, string id) => removal.DeleteFromStoreAsync(context, store, id));
    }

    // Routing takes a path with a slash at its end for the one without it, and an image without an id would be the list of all images.
    private static Task RefuseEmptyNames(HttpContext context, RequestDelegate next) =>
        context.Request.Path.StartsWithSegments("/v2", out var rest) && rest.Value is ['/', _, .., '/']
            ? throw ApiException.NotFound("The resource could not be found.")
            : next(context);

    // Known to the API, and not to this service yet: 501 rather than a 404, which would say that there is no such image.
    private static void MapMissing(WebApplication app)
    {
        app.MapMethods("/v2/metadefs/{**rest}", ["GET", "POST", "PUT", "DELETE"], NotBuilt);
        app.MapMethods("/v2/cache/{**rest}", ["GET", "PUT", "DELETE"], NotBuilt);
    }

    private static Task NotBuilt(HttpContext context) =>
        throw new ApiException(StatusCodes.Status501NotImplemented, "This service does not do that: docs/api.md says what it does.");

    private static async Task HealthAsync(HttpContext context)
    {
        await context.RequestServices.GetRequiredService<ServiceDatabase>().ReadAsync(session => session.FindAsync<long>("SELECT 1"), context.RequestAborted);
        context.Response.ContentType = "text/plain";
        await context.Response.WriteAsync("OK", context.RequestAborted);
    }

    private static void WithRequestLimit(this IEndpointConventionBuilder route, long? bytes) =>
        route.WithMetadata(new RequestLimit(bytes));

    private sealed record RequestLimit(long? MaxRequestBodySize) : Microsoft.AspNetCore.Http.Metadata.IRequestSizeLimitMetadata;
}
