using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;

namespace GlanceStore.ImageService.Accounts;

/// <summary>Who may do what to which image: glance's defaults, but for readers, who change nothing.</summary>
internal static class Rules
{
    public static bool MaySee(Caller caller, ImageRecord image) =>
        caller.IsAdmin || image.Row.Visibility is "public" or "community" || IsOwner(caller, image.Row) || IsMember(caller, image);

    public static bool MayChange(Caller caller, ImageRow image) => caller.IsAdmin || (caller.MayWrite && IsOwner(caller, image));

    public static bool IsOwner(Caller caller, ImageRow image) => image.Owner is { } owner && owner == caller.Project;

    /// <summary>Refuses callers that only read.</summary>
    public static void RequireWriter(Caller caller)
    {
        if (!caller.MayWrite)
        {
            throw ApiException.Forbidden("A reader changes nothing.");
        }
    }

    /// <summary>Refuses whoever does not own the image.</summary>
    public static void RequireOwner(Caller caller, ImageRow image)
    {
        RequireWriter(caller);
        if (!MayChange(caller, image))
        {
            throw ApiException.Forbidden($"You are not permitted to change image {image.Id}: you do not own it.");
        }
    }

    public static void RequireAdmin(Caller caller, string what)
    {
        if (!caller.IsAdmin)
        {
            throw ApiException.Forbidden($"You are not permitted to {what}: only an administrator is.");
        }
    }

    private static bool IsMember(Caller caller, ImageRecord image) =>
        image.Row.Visibility == "shared" && caller.Project is { } project && image.Members.Contains(project);
}
