using GlanceStore.Cache;
using GlanceStore.ComputeAgent.Sources;
using GlanceStore.Formats;

namespace GlanceStore.ComputeAgent.Images;

/// <summary>Whether an image is fit for a guest: it is what it is said to be, leads to no other file, and is signed where it must be. Known before a guest sees a byte.</summary>
internal sealed class ImageCheck(ImageCache cache, SignatureCheck signatures)
{
    /// <summary>Whether what was found of an image in an earlier process is enough by the settings of this one.</summary>
    public bool IsEnough(ImageOrigin origin) => !signatures.IsMissing(origin);

    /// <summary>Looks into an image; of one whose chunks are known, without fetching more of it than that takes.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Refused"/>: it is not fit. What the stores say.</exception>
    public async Task<FoundImage> RunAsync(ImageOrigin origin, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var source = origin.ToSource();
        if (signatures.IsAsked(origin))
        {
            await signatures.RunAsync(origin.Signature!, source, progress, cancellationToken);
        }
        else if (source.Chunks is null)
        {
            await (await cache.EnsureAsync(source, null, progress, cancellationToken)).DisposeAsync();
        }

        await using var image = await cache.OpenAsync(source, null, cancellationToken);
        image.ReadsAhead = false; // it is let go of in a moment, and guests may be waiting for the same chunks
        var found = (await ImageInspector.InspectAsync(image, cancellationToken)).AsToldToBe(source.DiskFormat);
        var required = new PutInspection(() => new ImageInspector()) { RequiredFormat = source.DiskFormat, RequireSafe = true };
        return required.Refuse(found) is { } why
            ? throw new StoreException(StoreError.Refused, $"The image is handed to no guest, because {why}.") { Inspection = found }
            : new FoundImage(found.Format, found.VirtualSize);
    }
}
