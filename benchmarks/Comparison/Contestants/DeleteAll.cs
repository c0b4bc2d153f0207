using GlanceStore.Drivers;

namespace GlanceStore.Benchmarks.Comparison.Contestants;

/// <summary>Makes room between runs: deletes every image of a store but some.</summary>
internal static class DeleteAll
{
    private const int AtOnce = 4;

    /// <summary>Runs <c>ID,ID… SETTING=VALUE…</c>, the settings being those of a store in a configuration.</summary>
    public static async Task RunAsync(string kept, string[] settings)
    {
        await using var stores = PutMany.Open(settings);
        var listing = stores.Default.GetFeature<IListing>()!;
        for (var request = new ListingRequest(); request is not null;)
        {
            var page = await listing.ListAsync(request, CancellationToken.None);
            var images = page.Images.Where(image => !kept.Split(',').Contains(image.Name));
            await Parallel.ForEachAsync(images, new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
                async (image, cancellationToken) => await stores.Default.DeleteAsync(image.Stored.Location, cancellationToken: cancellationToken));
            request = page.Continuation is null ? null : request with { Continuation = page.Continuation };
        }
    }
}
