using GlanceStore.ImageService.Transfers;

namespace GlanceStore.ImageService.Checking;

/// <summary>Compares what the database says of images with what their stores hold, while the service goes on. It reads and changes nothing.</summary>
/// <remarks>
/// The stores are listed before the database is read, and whatever does not agree is looked at once more in both: what comes, goes, or is under way meanwhile is no finding.
/// </remarks>
internal sealed class DatabaseCheck(CheckRecords records, ImageStores stores, StagingArea staging, CheckScratch scratch, Action<Finding> found)
{
    private readonly StoreListings _listings = new(stores, scratch);
    private readonly Scrub _scrub = new(stores);

    public long Copies { get; private set; }

    public long CopiesRead { get; private set; }

    public int StoresListed => _listings.Count;

    public async Task RunAsync(SampleSize sampleSize, Random random, CancellationToken cancellationToken)
    {
        await ListAsync(cancellationToken);
        var sample = new CopySample(sampleSize.Of(await records.CountAsync(cancellationToken)), random, scratch);
        await foreach (var copy in records.CopiesAsync(cancellationToken))
        {
            Copies++;
            if (await IsWholeAsync(copy, cancellationToken) && copy.Position >= 0)
            {
                await sample.OfferAsync(copy);
            }
        }

        foreach (var id in await records.WithoutDataAsync(cancellationToken))
        {
            found(Finding.WithoutData(id));
        }

        await foreach (var image in _listings.RestAsync())
        {
            await CheckRestAsync(image, cancellationToken);
        }

        await foreach (var copy in scratch.ChosenAsync())
        {
            await CheckBytesAsync(copy, cancellationToken);
        }
    }

    // Of the reserved stores only the one for staging is the service's.
    private async Task ListAsync(CancellationToken cancellationToken)
    {
        foreach (var down in stores.Down)
        {
            await _listings.MarkUnreadAsync(down.Id);
            found(Finding.UnreadStore(down.Id, down.Reason));
        }

        foreach (var store in stores.All.Concat(staging.Store is { } staged ? [staged] : []).Distinct())
        {
            if (await _listings.AddAsync(store, cancellationToken) is { } error)
            {
                found(Finding.UnreadStore(store.Id, error.Message));
            }
        }
    }

    private async Task<bool> IsWholeAsync(KnownCopy copy, CancellationToken cancellationToken)
    {
        if (_listings.IsUnread(copy.Store))
        {
            return false;
        }

        try
        {
            var place = stores.Resolve(copy.Location);
            var size = await _listings.TakeAsync(place.Store, place.Location, cancellationToken);
            if (size == copy.Size)
            {
                return true;
            }

            if (await records.HasAsync(copy, cancellationToken))
            {
                found(size is { } other ? Finding.OtherSize(copy, other) : Finding.Missing(copy));
            }
        }
        catch (StoreException e) when (e.Error is StoreError.InvalidConfiguration or StoreError.Unavailable)
        {
            // Of a store that is not here or does not answer one finding is enough.
            await _listings.MarkUnreadAsync(copy.Store);
            found(Finding.UnreadStore(copy.Store, e.Message));
        }
        catch (StoreException e)
        {
            found(Finding.UnreadCopy(copy, e));
        }

        return false;
    }

    private async Task CheckRestAsync(ListedCopy image, CancellationToken cancellationToken)
    {
        var location = image.Location;
        try
        {
            // First the store and then the database: what was published since then has its row, or its upload's.
            if (await stores.StoreOf(location).FindAsync(location, cancellationToken) is { } stored && !await records.ExplainsAsync(image.Name, location, cancellationToken))
            {
                found(Finding.Orphan(image.Name, stored));
            }
        }
        catch (StoreException e)
        {
            found(Finding.UnreadStore(location.StoreId!, e.Message));
        }
    }

    private async Task CheckBytesAsync(KnownCopy copy, CancellationToken cancellationToken)
    {
        if (await records.ReceiptAsync(copy, cancellationToken) is not { } receipt)
        {
            return;
        }

        var result = await _scrub.CheckAsync(ImageReceipt.FromJson(receipt), cancellationToken);
        CopiesRead++;
        if (result.Outcome != ScrubOutcome.Whole && await records.HasAsync(copy, cancellationToken))
        {
            found(result.Outcome switch
            {
                ScrubOutcome.Missing => Finding.Missing(copy),
                ScrubOutcome.Corrupted or ScrubOutcome.Changed => Finding.OtherBytes(copy, result.Error!),
                _ => Finding.UnreadCopy(copy, result.Error!),
            });
        }
    }
}
