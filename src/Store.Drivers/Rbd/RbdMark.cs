using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>
/// What is written on an image before it goes to the trash, so that a sweep tells it from what an operator put there: that it was deleted,
/// or that it is being replaced by another.
/// </summary>
internal static class RbdMark
{
    public const string Deleted = "deleted";

    private const string Key = "glancestore.removed";
    private const string Replaced = "replaced-by ";

    public static string ReplacedBy(string id) => Replaced + id;

    public static bool IsReplacement(string mark) => mark.StartsWith(Replaced, StringComparison.Ordinal);

    public static string? Find(RbdImage image) => image.FindMetadata(Key);

    /// <summary>Writes it; false where the pool has no room for it, or the image is gone.</summary>
    public static bool TrySet(RadosPool pool, string id, string mark)
    {
        try
        {
            return pool.TrySetMetadata(id, Key, mark);
        }
        catch (CephException e) when (RbdErrors.IsNoSpace(e))
        {
            return false;
        }
    }

    /// <summary>Takes it away; what hinders that does no harm before somebody puts the image into the trash.</summary>
    public static void TryClear(RadosPool pool, string id)
    {
        try
        {
            Clear(pool, id);
        }
        catch (CephException)
        {
        }
    }

    public static void Clear(RadosPool pool, string id) => pool.RemoveMetadata(id, Key);
}
