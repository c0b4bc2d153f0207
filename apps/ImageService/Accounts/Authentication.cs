namespace GlanceStore.ImageService.Accounts;

/// <summary>Lets a request in only with its caller.</summary>
internal static class Authentication
{
    /// <summary>Everything below <c>/v2/</c> needs a caller; what tells the versions and the health does not.</summary>
    public static void UseAccounts(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (context.Request.Path.StartsWithSegments("/v2", out var rest) && rest.Value is not ("" or "/"))
        {
            var authentication = context.RequestServices.GetRequiredService<IAuthentication>();
            context.Features.Set(await authentication.IdentifyAsync(context));
        }

        await next(context);
    });
}
