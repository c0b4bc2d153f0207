using System.Globalization;
using GlanceStore.Diagnostics;
using GlanceStore.Drivers;
using GlanceStore.Routing;
using GlanceStore.Transfer;

namespace GlanceStore;

/// <content>From one store to another.</content>
public sealed partial class ImageStores
{
    /// <summary>Copies an image into another store, verified on the way and without a temporary file.</summary>
    /// <remarks>
    /// Where both stores share a backend that copies by itself, and there is a receipt, it does; the copy is then verified where it is: by the
    /// digest its backend keeps, else by reading it. A copy that is not the image is removed.
    /// </remarks>
    /// <param name="from">The image.</param>
    /// <param name="to">The id of the store that the copy goes to.</param>
    /// <param name="options">How; null for the defaults, which have nothing to verify with but a digest that the source's backend may keep.</param>
    /// <param name="cancellationToken">Ends the copy; nothing is left behind.</param>
    /// <exception cref="StoreException">
    /// As <see cref="StoreOf"/>, <see cref="IImageStore.OpenReadAsync"/> and <see cref="IImageStore.PutAsync"/>;
    /// <see cref="StoreError.InvalidLocation"/>: the location ends in no id and none was given, or image and copy are the same, also where two
    /// stores are two names of one place.
    /// </exception>
    public async Task<ImageCopy> CopyAsync(ImageLocation from, string to, CopyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        options ??= new CopyOptions();
        var copy = await CopyResolvedAsync(Resolve(from), this[to], options, cancellationToken).ConfigureAwait(false);
        await TellAsync(options, copy).ConfigureAwait(false);
        return copy;
    }

    /// <summary>Copies an image into another store as <see cref="CopyAsync"/> does, and then deletes it from its own.</summary>
    /// <exception cref="StoreException">
    /// As <see cref="CopyAsync"/>; <see cref="StoreError.Unsupported"/>: there is neither a receipt nor a digest to verify the copy with, or the
    /// store deletes no images; <see cref="StoreError.Changed"/>: the image was replaced while it was copied, and is not deleted. Where the copy was
    /// made and the image could not be deleted, the message says so: both are there.
    /// </exception>
    public async Task<ImageCopy> MoveAsync(ImageLocation from, string to, CopyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        var source = ResolveOne(from);
        if (options is not { IsVerified: true })
        {
            throw new StoreException(StoreError.Unsupported,
                "A move deletes the image once its copy is verified, and there is nothing to verify it with: give its receipt, or a digest, or copy it.");
        }

        PartsOf(source.Store).Require(source.Store.Info.Driver.Capabilities.CanDelete, "deletes no images");
        var image = await source.Store.FindAsync(source.Location, cancellationToken).ConfigureAwait(false);
        var target = this[to];
        var copy = await CopyResolvedAsync(source, target, options, cancellationToken).ConfigureAwait(false);
        await RequireHeldAsync(target, copy, cancellationToken).ConfigureAwait(false);
        try
        {
            await TellAsync(options, copy).ConfigureAwait(false);
            await RequireUnchangedAsync(source, image, cancellationToken).ConfigureAwait(false);
            await source.Store.DeleteAsync(source.Location, new DeleteOptions { VersionTag = image?.VersionTag }, cancellationToken).ConfigureAwait(false);
            return copy;
        }
        catch (StoreException e)
        {
            throw e.With($"The image was copied to {copy.Receipt.Location}, and "
                + (e.Error == StoreError.Changed ? $"what '{source.Store.Id}' has in its place was not deleted." : $"is still in '{source.Store.Id}' as well."));
        }
    }

    private static Task TellAsync(CopyOptions options, ImageCopy copy) => options.Copied?.Invoke(copy) ?? Task.CompletedTask;

    private static async Task<ImageCopy> CopyResolvedAsync(ResolvedLocation from, IImageStore to, CopyOptions options, CancellationToken cancellationToken)
    {
        var id = options.Id ?? IdOf(from.Location);
        if (to.Info.Driver.Capabilities.CanWrite)
        {
            await RequireApartAsync(from, to, to.LocationOf(id), options.Mode, cancellationToken).ConfigureAwait(false);
        }

        var copy = await BackendCopy.TryAsync(PartsOf(from.Store), from.Location, to, PartsOf(to), id, options, cancellationToken).ConfigureAwait(false)
            ?? await CopyThroughAsync(from, to, id, options, cancellationToken).ConfigureAwait(false);

        // The bytes are those of the receipt, so what was found in them still holds.
        return copy with { Receipt = copy.Receipt with { Inspection = options.Receipt?.Inspection } };
    }

    // Two stores may be two names of one place: what is there already would be replaced by a copy of itself, or be taken for a copy whose
    // answer was lost, and then be removed as the image that was moved.
    private static async Task RequireApartAsync(
        ResolvedLocation from, IImageStore to, ImageLocation copy, WriteMode mode, CancellationToken cancellationToken)
    {
        if (copy.Uri == from.Location.Uri && !Accounts.AreTwo(copy.Account, from.Store.ParseLocation(from.Location.Uri).Account))
        {
            throw Misplaced($"The image at {from.Location} and its copy would be the same: name another store, or another id.");
        }

        if (await to.FindAsync(copy, cancellationToken).ConfigureAwait(false) is not { } there)
        {
            return;
        }

        if (mode == WriteMode.CreateNew)
        {
            throw new StoreException(StoreError.AlreadyExists, $"There is an image at {copy} already.").During("copy", to.Id, copy);
        }

        var image = await from.Store.FindAsync(from.Location, cancellationToken).ConfigureAwait(false);
        var tagsCompare = from.Store.Info.Driver.Type == to.Info.Driver.Type;
        if (image is not null && MayBeOne(image, there, tagsCompare))
        {
            throw Misplaced($"The image at {from.Location} and the one at {copy}, which its copy would replace, seem to be the same under two names: "
                + $"{Likeness(image, there, tagsCompare)}. One put into both stores leaves two like that as well: if they are two, delete the one that is not "
                + "wanted, else name another id.");
        }
    }

    private static string Likeness(StoredObject image, StoredObject other, bool tagsCompare) => string.Create(CultureInfo.InvariantCulture,
        $"both have {image.Size} bytes{(tagsCompare ? $", the version tag '{image.VersionTag}'" : "")} and were last changed at {TimeOf(image)} and {TimeOf(other)}");

    private static string TimeOf(StoredObject stored) => stored.LastModified?.ToUniversalTime().ToString("u", CultureInfo.InvariantCulture) ?? "a time that is not told";

    // Version tags compare within one type of store. Times do everywhere, to the second that the coarsest backends keep.
    private static bool MayBeOne(StoredObject image, StoredObject other, bool tagsCompare) => image.Size == other.Size
        && (!tagsCompare || image.VersionTag == other.VersionTag)
        && (image.LastModified is not { } time || other.LastModified is not { } otherTime || (time - otherTime).Duration() <= TimeSpan.FromSeconds(1));

    // What a store answered to a put is no proof of what it holds: the copy's digest as its backend tells it is one, or else its bytes.
    private static async Task RequireHeldAsync(IImageStore store, ImageCopy copy, CancellationToken cancellationToken)
    {
        var receipt = copy.Receipt;
        var held = await store.FindAsync(receipt.Location, cancellationToken).ConfigureAwait(false);
        if (copy.Route == CopyRoute.OnBackend || (held?.Size == receipt.Size && held.Digest is { } kept && receipt.Digests.Contains(kept)))
        {
            return;
        }

        try
        {
            var stream = await store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt), cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                await stream.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            // What has another size has taken the place of the copy since: it is somebody else's.
            var isGone = await Removal.TryAsync(store, held?.Size == receipt.Size ? held : null, cancellationToken).ConfigureAwait(false);
            if (e is StoreException error)
            {
                throw error.With(isGone ? "The copy was removed, and the image is where it was." : $"The copy stays at {receipt.Location}, and the image is where it was.");
            }

            throw;
        }
    }

    private static async Task RequireUnchangedAsync(ResolvedLocation from, StoredObject? image, CancellationToken cancellationToken)
    {
        var now = await from.Store.FindAsync(from.Location, cancellationToken).ConfigureAwait(false);
        if (now is not null && (now.Size, now.VersionTag, now.LastModified) != (image?.Size, image?.VersionTag, image?.LastModified))
        {
            throw new StoreException(StoreError.Changed, $"The image at {from.Location} was replaced while it was copied, so it was not deleted.");
        }
    }

    private static async Task<ImageCopy> CopyThroughAsync(
        ResolvedLocation from, IImageStore to, ImageId id, CopyOptions options, CancellationToken cancellationToken)
    {
        var source = await from.Store.OpenReadAsync(
            from.Location, new ReadOptions { Manifest = options.Receipt?.Chunks }, cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            var put = PutOptionsOf(source.Object, options);
            var receipt = await to.PutAsync(id, source, put, cancellationToken).ConfigureAwait(false);
            var verdict = options.Receipt is null && put.ExpectedDigests.Count > 0
                ? new ReadVerdict(ReadVerification.Digest, $"the {put.ExpectedDigests[0].Algorithm} digest of the whole image is the expected one")
                : source.Verdict;
            return new ImageCopy(receipt, verdict, CopyRoute.ThroughHere);
        }
    }

    private static PutOptions PutOptionsOf(StoredObject source, CopyOptions options)
    {
        Digest[] known = [.. options.ExpectedDigests, .. options.Receipt?.Digests ?? (source.Digest is { } kept ? [kept] : [])];
        return new PutOptions
        {
            ExpectedSize = source.Size,
            ExpectedDigests = [.. known.Where(digest => options.ExpectedDigests.Contains(digest) || DigestAlgorithms.Known.Contains(digest.Algorithm))],
            HashAlgorithm = options.Receipt?.MultiHash is { } hash && DigestAlgorithms.Known.Contains(hash.Algorithm) ? hash.Algorithm : "sha512",
            ComputeMd5 = options.Receipt is not { Checksum: null },
            Mode = options.Mode,
            Metadata = options.Metadata,
            Progress = options.Progress,
        };
    }

    private static ImageId IdOf(ImageLocation location)
    {
        var path = location.Uri.Split('?', '#')[0];
        return ImageId.TryParse(path[(path.LastIndexOf('/') + 1)..], null, out var id)
            ? id
            : throw Misplaced($"The location {location} ends in no image id: name the id that the copy gets.");
    }
}
