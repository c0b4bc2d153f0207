using GlanceStore.Drivers;
using GlanceStore.Drivers.Memory;

namespace GlanceStore.Core.Tests;

/// <summary>A memory driver whose calls a test can replace one by one.</summary>
internal sealed class ScriptedDriver(MemoryDriverOptions? options = null) : StoreDriver, IServerSideCopy
{
    private readonly MemoryDriver _inner = new(options);

    public Func<ImageLocation, ReadIntent, CancellationToken, Func<ValueTask<DriverReader>>, ValueTask<DriverReader>>? OnOpenRead { get; set; }

    public Func<ImageLocation, CancellationToken, Func<ValueTask<StoredObject?>>, ValueTask<StoredObject?>>? OnFind { get; set; }

    public Func<Chunk, CancellationToken, Func<ValueTask>, ValueTask>? OnWriteChunk { get; set; }

    public Func<long, CancellationToken, ValueTask<DriverReader?>>? OnOpenUnsure { get; set; }

    public Func<CancellationToken, Func<ValueTask<StoredObject>>, ValueTask<StoredObject>>? OnCommit { get; set; }

    public Func<Func<ValueTask<StoredObject>>, ValueTask<StoredObject>>? OnCopy { get; set; }

    public Action? OnDelete { get; set; }

    /// <summary>Awaited before an image is deleted.</summary>
    public Func<Task>? BeforeDelete { get; set; }

    /// <summary>Awaited before an upload is opened, which then does not listen to its token.</summary>
    public Func<Task>? OnOpenWrite { get; set; }

    /// <summary>Awaited before a writer is disposed.</summary>
    public Func<Task>? OnDispose { get; set; }

    public int Opened { get; private set; }

    public int Disposed { get; private set; }

    /// <summary>How many times the driver itself was disposed; <see cref="Disposed"/> counts writers.</summary>
    public int Closed { get; private set; }

    public override DriverInfo Info => _inner.Info;

    public override ImageLocation LocationOf(ImageId id) => _inner.LocationOf(id);

    public override ImageLocation ParseLocation(string uri) => _inner.ParseLocation(uri);

    public override ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        ValueTask<StoredObject?> Call() => _inner.FindAsync(location, cancellationToken);
        return OnFind is null ? Call() : OnFind(location, cancellationToken, Call);
    }

    public override ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        ValueTask<DriverReader> Call() => _inner.OpenReadAsync(location, intent, cancellationToken);
        return OnOpenRead is null ? Call() : OnOpenRead(location, intent, cancellationToken, Call);
    }

    public override async ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken)
    {
        Opened++;
        await (OnOpenWrite?.Invoke() ?? Task.CompletedTask);
        return new Writer(this, await _inner.OpenWriteAsync(id, intent, OnOpenWrite is null ? cancellationToken : CancellationToken.None));
    }

    public override async ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken)
    {
        await (BeforeDelete?.Invoke() ?? Task.CompletedTask);
        OnDelete?.Invoke();
        return await _inner.DeleteAsync(location, intent, cancellationToken);
    }

    public bool CanCopyFrom(StoreDriver source) => _inner.CanCopyFrom(source);

    public ValueTask<StoredObject> CopyAsync(StoreDriver source, StoredObject image, ImageId id, WriteMode mode, CancellationToken cancellationToken)
    {
        ValueTask<StoredObject> Call() => _inner.CopyAsync(source, image, id, mode, cancellationToken);
        return OnCopy is null ? Call() : OnCopy(Call);
    }

    // A wrapper hands out the roles of what it wraps.
    public override TFeature? GetFeature<TFeature>() where TFeature : class => this as TFeature ?? _inner.GetFeature<TFeature>();

    public override ValueTask DisposeAsync()
    {
        Closed++;
        return _inner.DisposeAsync();
    }

    private sealed class Writer(ScriptedDriver driver, DriverWriter inner) : DriverWriter
    {
        public override ImageLocation Location => inner.Location;

        public override ValueTask WriteChunkAsync(Chunk chunk, CancellationToken cancellationToken)
        {
            ValueTask Call() => inner.WriteChunkAsync(chunk, cancellationToken);
            return driver.OnWriteChunk is null ? Call() : driver.OnWriteChunk(chunk, cancellationToken, Call);
        }

        public override ValueTask<DriverReader?> OpenUnsureAsync(long offset, CancellationToken cancellationToken) =>
            driver.OnOpenUnsure?.Invoke(offset, cancellationToken) ?? inner.OpenUnsureAsync(offset, cancellationToken);

        public override ValueTask<StoredObject> CommitAsync(WriteSummary summary, CancellationToken cancellationToken)
        {
            ValueTask<StoredObject> Call() => inner.CommitAsync(summary, cancellationToken);
            return driver.OnCommit is null ? Call() : driver.OnCommit(cancellationToken, Call);
        }

        public override async ValueTask DisposeAsync()
        {
            driver.Disposed++;
            await (driver.OnDispose?.Invoke() ?? Task.CompletedTask);
            await inner.DisposeAsync();
        }
    }
}
