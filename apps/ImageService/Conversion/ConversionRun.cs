using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Imports;
using GlanceStore.ImageService.Transfers;

namespace GlanceStore.ImageService.Conversion;

/// <summary>
/// Converts an image that is in use. The result is stored under the name of its task, beside what there is; then one transaction gives the image its new data,
/// and the old ones go. Whoever reads it gets the one or the other, whole.
/// </summary>
internal sealed class ConversionRun(
    ImageStores stores, ConversionRecords conversions, ImportRecords records, ImportSources sources, UploadRecords uploads, DiskConversion conversion, DataRemoval data, ServiceOptions options)
{
    /// <summary>Where a task stores what it makes. Not under the image's own name, under which its data may lie until the last moment.</summary>
    public static IEnumerable<ImageLocation> PlacesOf(ImportTask task, ImageStores stores) =>
        from id in task.Request.Stores
        let store = stores.TryGet(id, out var found) ? found : null
        where store is not null
        select store.LocationOf(NameOf(task)) with { StoreId = store.Id };

    /// <summary>Does a claimed task.</summary>
    /// <exception cref="ApiException">The image cannot be converted, or is not what it was; nothing was changed.</exception>
    /// <exception cref="StoreException">It cannot be read, or stored.</exception>
    public async Task RunAsync(Claim claim, IProgress<TransferProgress> progress, Func<string> message, CancellationToken cancellationToken)
    {
        await RemoveEarlierAsync(claim, cancellationToken);
        var (before, report) = await ConvertAsync(claim, progress, cancellationToken);

        // Where the database does not answer nobody knows whether it took the change: the result stays, and so does the task until its lease has ended.
        if (!await conversions.CompleteAsync(claim, before, [.. report.Receipts], message()))
        {
            // The image was deleted, or another run has the task, which was thought dead.
            await conversions.DiscardAsync(claim.Task, PlacesOf(claim.Task, stores));
            if (await uploads.IsGoneAsync(claim.Image.Id))
            {
                await records.FailAsync(claim.Task, "The image was deleted while it was converted.");
            }
        }

        await data.RemovePlacesAsync(claim.Image.Id, InUse.IsWaitedFor, CancellationToken.None);
    }

    private static ImageId NameOf(ImportTask task) => new(task.Id);

    // What a run has stored that was killed before it came to its end.
    private async Task RemoveEarlierAsync(Claim claim, CancellationToken cancellationToken)
    {
        foreach (var place in PlacesOf(claim.Task, stores))
        {
            if (!await Leftovers.TryRemoveAsync(stores[place.StoreId!], NameOf(claim.Task), () => records.HoldsAsync(claim), cancellationToken))
            {
                throw ApiException.Conflict("The conversion was taken over by another process.");
            }
        }
    }

    private async Task<(IReadOnlyList<ImageLocation> Before, PutReport Report)> ConvertAsync(Claim claim, IProgress<TransferProgress> progress, CancellationToken cancellationToken)
    {
        var source = await sources.OpenAsync(claim, cancellationToken);
        await using var image = source.Data;
        var (into, target) = (claim.Request.Stores, claim.Request.DiskFormat!);
        if (!into.Order(StringComparer.Ordinal).SequenceEqual(source.Places.Select(place => place.StoreId!).Distinct().Order(StringComparer.Ordinal)))
        {
            throw ApiException.Conflict("The image got or lost a copy since its conversion was asked for, and is as it was; convert it again.");
        }

        if (conversion.WhyNot(claim.Image, target) is { } why)
        {
            throw ApiException.Conflict(why);
        }

        var put = new PutOptions
        {
            MaxSize = claim.MaxSize,
            Inspection = UploadInspection.Of(options.Inspection, target, claim.Image.ContainerFormat),
            Progress = progress,
        };
        return (source.Places, await conversion.ConvertAsync(image, claim.Image, target, NameOf(claim.Task), into, put, cancellationToken));
    }
}
