using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Drivers.File;

internal sealed partial class FileWriter(FileDriver driver, string name, FileRoot root, WriteMode mode, PartFile part) : DriverWriter
{
    // What is written, read or flushed in one call: small enough that cancellation is seen well within a second.
    public const int SliceBytes = 8 << 20;

    // Below this, asking for room or for an early write to the disk costs more than it gives.
    private const int LargeBytes = 1 << 20;

    // The lock is held for a handful of calls.
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(2);

    private readonly string _target = root.RealPathOf(name);
    private readonly DirectWrites _direct = new(driver.Host, part.Handle);
    private long _end;
    private StoreException? _final;

    public override ImageLocation Location { get; } = FileLocation.Of(Path.Combine(root.Path, name));

    public override string? Token => part.Token;

    public void Reserve(long? size)
    {
        // Where there is another directory to go to, a few bytes may be more than a quota leaves in this one.
        if (size is { } bytes and > 0 && (bytes >= LargeBytes || driver.Directories.Roots.Count > 1) && !driver.Options.ThinProvisioning)
        {
            driver.Host.Reserve(part.Handle, bytes, _target);
        }
    }

    public override async ValueTask WriteChunkAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (driver.Options.ThinProvisioning)
        {
            foreach (var run in ZeroBlocks.Between(chunk.Bytes, chunk.Offset))
            {
                await WriteAsync(chunk.Bytes[run], chunk.Offset + run.Start.Value, cancellationToken).ConfigureAwait(false);
            }
        }
        else
        {
            await WriteAsync(chunk.Bytes, chunk.Offset, cancellationToken).ConfigureAwait(false);
        }

        Extend(chunk.Offset + chunk.Length);
    }

    /// <summary>Takes the bytes of another file, in slices so that cancellation is seen, and off the caller's thread, which the kernel would hold.</summary>
    public async ValueTask CopyFromAsync(SafeFileHandle source, long size, CancellationToken cancellationToken)
    {
        for (var offset = 0L; offset < size;)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            cancellationToken.ThrowIfCancellationRequested();
            var count = driver.Host.CopyRange(source, part.Handle, offset, Math.Min(SliceBytes, size - offset), _target);
            if (count == 0)
            {
                throw new StoreException(StoreError.Changed, $"The file that {Location} was to be a copy of became shorter.");
            }

            driver.Host.BeginFlush(part.Handle, offset, count);
            offset += count;
            Extend(offset);
        }
    }

    public override async ValueTask<StoredObject> CommitAsync(WriteSummary summary, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_final is not null)
        {
            throw _final;
        }

        try
        {
            Complete(summary.Size);
            FlushSlices(summary.Size, cancellationToken);
            SetMode();
            driver.Host.Flush(part.Handle, _target);
        }
        catch (Exception e) when (FileErrors.From(e, $"store {_target}") is { } error)
        {
            throw error;
        }

        await PublishAsync(cancellationToken).ConfigureAwait(false);
        await SettleAsync().ConfigureAwait(false);
        return driver.Host.StatusOf(part.Handle, _target).Describe(Location, driver.MetadataOf(Location));
    }

    public override ValueTask DisposeAsync()
    {
        try
        {
            _direct.Dispose();
            part.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            FileLog.PartStays(driver.Log, e, root.RealPath);
        }

        return ValueTask.CompletedTask;
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        for (; bytes.Length > 0; bytes = bytes[Math.Min(bytes.Length, SliceBytes)..], offset += SliceBytes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var slice = bytes[..Math.Min(bytes.Length, SliceBytes)];
            try
            {
                await WriteSliceAsync(slice, offset, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (FileErrors.From(e, $"write to {_target}") is { } error)
            {
                throw error;
            }
        }
    }

    private async ValueTask WriteSliceAsync(ReadOnlyMemory<byte> slice, long offset, CancellationToken cancellationToken)
    {
        var direct = slice.Length >= LargeBytes && driver.Options.BypassPageCache
            ? await _direct.TryWriteAsync(slice, offset, cancellationToken).ConfigureAwait(false)
            : 0;
        var rest = slice[direct..];
        await RandomAccess.WriteAsync(part.Handle, rest, offset + direct, cancellationToken).ConfigureAwait(false);
        if (rest.Length >= LargeBytes)
        {
            driver.Host.BeginFlush(part.Handle, offset + direct, rest.Length);
        }
    }

    private void Extend(long end)
    {
        for (var seen = Volatile.Read(ref _end); end > seen; seen = Volatile.Read(ref _end))
        {
            Interlocked.CompareExchange(ref _end, end, seen);
        }
    }

    private void Complete(long size)
    {
        if (driver.Options.ThinProvisioning && _end == size)
        {
            // Zeroes at the end were not written, and count.
            RandomAccess.SetLength(part.Handle, size);
        }

        if (RandomAccess.GetLength(part.Handle) is var length && (length != size || _end != size))
        {
            throw new StoreException(StoreError.Corrupted, $"{Math.Min(length, _end)} bytes arrived for {Location}, and {size} were sent.");
        }
    }

    private void SetMode()
    {
        if (driver.Options.FileMode is not { } permissions || OperatingSystem.IsWindows())
        {
            return;
        }

        try
        {
            System.IO.File.SetUnixFileMode(part.Handle, permissions);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            FileLog.ModeNotSet(driver.Log, e, _target);
        }
    }

    // In slices first, because the flush of a whole file cannot be cancelled; and before the mode is set, which may keep this very
    // user from what a kill would leave here.
    private void FlushSlices(long size, CancellationToken cancellationToken)
    {
        for (var offset = 0L; size >= LargeBytes && offset < size; offset += SliceBytes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            driver.Host.FlushRange(part.Handle, offset, Math.Min(SliceBytes, size - offset), _target);
        }
    }

    // Among several directories a name is free only where it is free in all of them, which takes a lock to decide.
    private async ValueTask PublishAsync(CancellationToken cancellationToken)
    {
        if (driver.Directories.Roots.Count == 1 && driver.Host.LinksExactly)
        {
            Publish();
            return;
        }

        using var held = await LockAsync(cancellationToken).ConfigureAwait(false);
        var others = driver.Directories.Roots.Where(other => other != root && driver.Directories.Holds(other, name)).ToList();
        if (others.Count > 0 && mode == WriteMode.CreateNew)
        {
            throw new StoreException(StoreError.AlreadyExists, $"There is an image of that id in {others[0].Path} already.");
        }

        Publish();
        foreach (var other in others)
        {
            // The old image goes when the new one is there to stay.
            await SettleAsync().ConfigureAwait(false);
            await RemoveAsync(other).ConfigureAwait(false);
        }
    }

    private async ValueTask RemoveAsync(FileRoot other)
    {
        await FinalSteps.TryAsync(() => _ = driver.Host.Remove(other.RealPathOf(name), driver.Directories), driver.Time).ConfigureAwait(false);
        await FinalSteps.FlushAsync(driver.Host, other.RealPath, driver.Time).ConfigureAwait(false);
    }

    private void Publish()
    {
        try
        {
            part.Publish(_target, mode);
        }
        catch (StoreException e) when (e.Error == StoreError.AlreadyExists && System.IO.Directory.Exists(_target))
        {
            throw FileLocation.Invalid($"{_target} is a directory, not an image.");
        }
    }

    // From here on the image is to be seen, so nothing is cancelled, and what is thrown is final: the front would take a passing
    // failure for a lost answer, find the image and give a receipt for what no flush has made durable.
    private async ValueTask SettleAsync()
    {
        try
        {
            await FinalSteps.FlushAsync(driver.Host, root.RealPath, driver.Time).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            _final = e;
            Withdraw();
            throw;
        }
    }

    // A replaced image cannot be brought back; one that was not there before goes again.
    private void Withdraw()
    {
        try
        {
            if (mode == WriteMode.CreateNew)
            {
                driver.Host.Withdraw(part.Handle, _target);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            FileLog.ImageStays(driver.Log, e, _target);
        }
    }

    private async ValueTask<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (driver.Directories.TryLock(root) is { } held)
            {
                return held;
            }

            await Task.Delay(LockPause, driver.Time, cancellationToken).ConfigureAwait(false);
        }
    }
}
