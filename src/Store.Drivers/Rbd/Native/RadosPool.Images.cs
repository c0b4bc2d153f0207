using System.Runtime.InteropServices;

namespace GlanceStore.Drivers.Rbd.Native;

/// <summary>An image by its id and its name.</summary>
internal sealed record RbdName(string Id, string Name);

/// <summary>An image in the trash, and when it was put there.</summary>
internal sealed record RbdTrashed(string Id, string Name, DateTimeOffset DeletedAt);

/// <content>The images of a pool. Every method blocks until the cluster has answered.</content>
internal sealed unsafe partial class RadosPool
{
    private const int FeaturesOption = 1; // RBD_IMAGE_OPTION_FEATURES
    private const int OrderOption = 2; // RBD_IMAGE_OPTION_ORDER

    /// <summary>Makes an image whose objects have 2 to the power of <paramref name="order"/> bytes.</summary>
    public void CreateImage(string name, long size, ulong features, int order) =>
        CephException.ThrowIfFailed(RbdCalls.Create(this, name, (ulong)size, features, ref order), "rbd_create2");

    /// <summary>Makes an image of what a snapshot of another holds, which it shares until it is flattened.</summary>
    public void CloneImage(RadosPool source, string name, string snapshot, string clone, ulong features, int order)
    {
        RbdCalls.CreateOptions(out var options);
        try
        {
            CephException.ThrowIfFailed(RbdCalls.SetOption(options, FeaturesOption, features), "rbd_image_options_set_uint64");
            CephException.ThrowIfFailed(RbdCalls.SetOption(options, OrderOption, (ulong)order), "rbd_image_options_set_uint64");
            CephException.ThrowIfFailed(RbdCalls.Clone(source, name, snapshot, this, clone, options), "rbd_clone3");
        }
        finally
        {
            RbdCalls.DestroyOptions(options);
        }
    }

    /// <summary>Removes an image that has a name; false where it was not there.</summary>
    public bool RemoveImage(string name)
    {
        if (FindImageId(name) is { } id)
        {
            RemoveHalfJournal(id);
        }

        return !CephException.IsError(RbdCalls.Remove(this, name), CephErrno.NotFound, "rbd_remove");
    }

    /// <summary>Takes an image's name from it, in one step, and puts it into the trash; false where there was no image of the name.</summary>
    public bool MoveToTrash(string name, TimeSpan delay) =>
        !CephException.IsError(RbdCalls.MoveToTrash(this, name, (ulong)delay.TotalSeconds), CephErrno.NotFound, "rbd_trash_move");

    /// <summary>Gives an image of the trash a name, in one step that fails where the name is taken.</summary>
    public void Restore(string id, string name) => CephException.ThrowIfFailed(RbdCalls.Restore(this, id, name), "rbd_trash_restore");

    /// <summary>Removes an image of the trash, however young; false where it was not there.</summary>
    public bool RemoveFromTrash(string id)
    {
        RemoveHalfJournal(id);
        return !CephException.IsError(RbdCalls.RemoveFromTrash(this, id, force: true), CephErrno.NotFound, "rbd_trash_remove");
    }

    /// <summary>The image of an id in the trash; null where it is not there.</summary>
    public RbdTrashed? FindTrashed(string id)
    {
        if (CephException.IsError(RbdCalls.GetTrashed(this, id, out var found), CephErrno.NotFound, "rbd_trash_get"))
        {
            return null;
        }

        var image = TrashedIn(found);
        RbdCalls.CleanTrashed(ref found);
        return image;
    }

    /// <summary>Every image that has a name.</summary>
    public IReadOnlyList<RbdName> ListImages()
    {
        for (nuint count = 256; ;)
        {
            var found = new RbdImageSpec[count];
            fixed (RbdImageSpec* start = found)
            {
                if (CephException.IsError(RbdCalls.List(this, start, ref count), CephErrno.Range, "rbd_list2"))
                {
                    continue;
                }

                var images = found[..(int)count].Select(image => new RbdName(NativeText.Of(image.Id), NativeText.Of(image.Name))).ToList();
                RbdCalls.CleanList(start, count);
                return images;
            }
        }
    }

    /// <summary>Every image in the trash.</summary>
    public IReadOnlyList<RbdTrashed> ListTrash()
    {
        for (nuint count = 64; ;)
        {
            var found = new RbdTrashSpec[count];
            fixed (RbdTrashSpec* start = found)
            {
                if (CephException.IsError(RbdCalls.ListTrash(this, start, ref count), CephErrno.Range, "rbd_trash_list"))
                {
                    continue;
                }

                var images = found[..(int)count].Select(TrashedIn).ToList();
                RbdCalls.CleanTrashList(start, count);
                return images;
            }
        }
    }

    private static RbdTrashed TrashedIn(RbdTrashSpec image) =>
        new(NativeText.Of(image.Id), NativeText.Of(image.Name), DateTimeOffset.FromUnixTimeSeconds(image.DeletedAt));
}


/// <summary>Texts that belong to a library.</summary>
internal static class NativeText
{
    public static string Of(nint text) => Marshal.PtrToStringUTF8(text) ?? "";
}
