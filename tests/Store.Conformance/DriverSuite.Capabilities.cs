namespace GlanceStore.Conformance;

// Capability pairs: what is declared must work, and what is not declared the front must refuse before it touches the backend.
public abstract partial class DriverSuite<THarness>
{
    /// <summary>What the case is about and the driver does not declare; null where it declares it.</summary>
    internal string? NotOffered { get; private protected set; }

    /// <summary>Runs a case where the driver stores images; elsewhere checks that a put is refused.</summary>
    protected Task WhereItWrites(Func<Task> body) => Where("storing images", Capabilities.CanWrite, body, store =>
    {
        var image = NewImage(1);
        return store.PutAsync(image.Id, image.OpenSource(), new PutOptions { ExpectedSize = 1 }, Cancellation);
    });

    /// <summary>Runs a case where the driver takes an image without its size; elsewhere checks that such a put is refused.</summary>
    protected Task WhereItNeedsNoSize(Func<Task> body) => WhereItWrites(() => Where("images of unknown size", !Capabilities.NeedsSize, body, store =>
    {
        var image = NewImage(1);
        return store.PutAsync(image.Id, image.OpenSource(), cancellationToken: Cancellation);
    }));

    /// <summary>Runs a case where the driver deletes images; elsewhere checks that a delete is refused.</summary>
    protected Task WhereItDeletes(Func<Task> body) =>
        Where("deleting images", Capabilities.CanDelete, body, store => store.DeleteAsync(store.LocationOf(NewId()), cancellationToken: Cancellation));

    /// <summary>Runs a case where the driver reads ranges; elsewhere checks that a range is refused.</summary>
    protected Task WhereItReadsRanges(Func<Task> body) => Where("reading ranges", Capabilities.CanReadRanges, body, async store =>
        await store.OpenReadAsync(store.LocationOf(NewId()), new ReadOptions { Range = new ByteRange(0, 1) }, Cancellation));

    private protected async Task Where(string what, bool declared, Func<Task> body, Func<ImageStore, Task> undeclared)
    {
        if (declared)
        {
            await body();
            return;
        }

        NotOffered = what;
        var plan = new FaultPlan();
        await using var store = await NewStoreAsync(plan);
        await AssertFailsAsync(StoreError.Unsupported, () => undeclared(store), "The driver does not declare it.");
        Assert.IsEmpty(plan.Calls, "The front touched the backend for what the driver does not declare.");
    }
}
