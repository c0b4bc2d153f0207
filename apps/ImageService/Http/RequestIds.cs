namespace GlanceStore.ImageService.Http;

/// <summary>Gives each answer an id to ask its operator about; a caller's own one is kept.</summary>
internal static class RequestIds
{
    private const string Header = "X-Openstack-Request-Id";
    private const string Prefix = "req-";
    private const int MaxLength = 64;

    public static void UseRequestIds(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var id = Of(context.Request.Headers[Header].ToString());
        context.TraceIdentifier = id;
        context.Response.OnStarting(() =>
        {
            if (context.Response.StatusCode != StatusCodes.Status401Unauthorized && context.Request.Path.StartsWithSegments("/v2"))
            {
                context.Response.Headers[Header] = id;
            }

            return Task.CompletedTask;
        });
        return next(context);
    });

    // One that is too long, or made of anything else, is no reason to fail.
    private static string Of(string given)
    {
        var id = given.StartsWith(Prefix, StringComparison.Ordinal) ? given : Prefix + given;
        return given.Length > 0 && id.Length <= MaxLength && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? id
            : Prefix + Guid.NewGuid().ToString("D");
    }
}
