namespace GlanceStore.Conformance;

/// <summary>A driver that works as the one it wraps, but for what its plan lets go wrong. It owns the driver it wraps.</summary>
public sealed class FaultyDriver : StoreDriver, IResumableWrites
{
    private readonly StoreDriver _inner;
    private readonly FaultPlan _plan;
    private readonly bool _owns;

    /// <summary>Wraps a driver.</summary>
    /// <param name="inner">The driver that does the work.</param>
    /// <param name="plan">What goes wrong; it also records the calls.</param>
    public FaultyDriver(StoreDriver inner, FaultPlan plan)
        : this(inner, plan, owns: true)
    {
    }

    internal FaultyDriver(StoreDriver inner, FaultPlan plan, bool owns) => (_inner, _plan, _owns) = (inner, plan, owns);

    /// <inheritdoc/>
    public override DriverInfo Info => _inner.Info;

    /// <inheritdoc/>
    public override ImageLocation LocationOf(ImageId id) => _inner.LocationOf(id);

    /// <inheritdoc/>
    public override ImageLocation ParseLocation(string uri) => _inner.ParseLocation(uri);

    /// <inheritdoc/>
    public override async ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        var spot = await EnterAsync(DriverCall.Find, cancellationToken);
        var found = await _inner.FindAsync(location, cancellationToken);
        spot.AfterReply();
        return found;
    }

    /// <inheritdoc/>
    public override async ValueTask<DriverReader> OpenReadAsync(
        ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        var spot = await EnterAsync(DriverCall.OpenRead, cancellationToken);
        return await DeliverAsync(spot, new FaultyReader(await _inner.OpenReadAsync(location, intent, cancellationToken), this));
    }

    /// <inheritdoc/>
    public override async ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken)
    {
        var spot = await EnterAsync(DriverCall.OpenWrite, cancellationToken);
        return await DeliverAsync(spot, new FaultyWriter(await _inner.OpenWriteAsync(id, intent, cancellationToken), this));
    }

    /// <inheritdoc/>
    public async ValueTask<DriverWriter> ReopenWriteAsync(ImageId id, WriteIntent intent, string token, CancellationToken cancellationToken)
    {
        var spot = await EnterAsync(DriverCall.ReopenWrite, cancellationToken);
        var writer = await _inner.GetFeature<IResumableWrites>()!.ReopenWriteAsync(id, intent, token, cancellationToken);
        return await DeliverAsync(spot, new FaultyWriter(writer, this));
    }

    /// <inheritdoc/>
    public override async ValueTask<StoredObject> WriteWholeAsync(
        ImageId id, WriteIntent intent, Chunk image, WriteSummary summary, CancellationToken cancellationToken)
    {
        var spot = await EnterAsync(DriverCall.WriteWhole, cancellationToken);
        var stored = await _inner.WriteWholeAsync(id, intent, spot.Bend(image), summary, cancellationToken);
        spot.AfterReply();
        return stored;
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken)
    {
        var spot = await EnterAsync(DriverCall.Delete, cancellationToken);
        var deleted = await _inner.DeleteAsync(location, intent, cancellationToken);
        spot.AfterReply();
        return deleted;
    }

    /// <inheritdoc/>
    /// <remarks>It plays what the driver it wraps plays, and no role besides.</remarks>
    public override TFeature? GetFeature<TFeature>() where TFeature : class =>
        typeof(TFeature) == typeof(IResumableWrites) && _inner.GetFeature<TFeature>() is null ? null : this as TFeature ?? _inner.GetFeature<TFeature>();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_owns)
        {
            await _inner.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    internal async ValueTask<FaultSpot> EnterAsync(DriverCall call, CancellationToken cancellationToken)
    {
        var spot = _plan.Enter(call);
        await spot.BeforeAsync(cancellationToken);
        return spot;
    }

    // A handle whose arrival is lost has no owner: whoever drops it closes it.
    private static async ValueTask<T> DeliverAsync<T>(FaultSpot spot, T handle) where T : IAsyncDisposable
    {
        try
        {
            spot.AfterReply();
            return handle;
        }
        catch (StoreException)
        {
            await handle.DisposeAsync();
            throw;
        }
    }
}
