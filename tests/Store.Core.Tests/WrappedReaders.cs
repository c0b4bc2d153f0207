using GlanceStore.Drivers;

namespace GlanceStore.Core.Tests;

internal abstract class WrappedReader(DriverReader inner) : DriverReader
{
    public override StoredObject Object => inner.Object;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => inner.ReadAsync(buffer, cancellationToken);

    public override ValueTask DisposeAsync() => inner.DisposeAsync();
}

/// <summary>Breaks once it has given so many bytes.</summary>
internal sealed class BreakingReader(DriverReader inner, int after, StoreException? error = null) : WrappedReader(inner)
{
    private int _left = after;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_left == 0)
        {
            throw error ?? new StoreException(StoreError.Unavailable, "The connection broke.") { IsTransient = true };
        }

        var count = await base.ReadAsync(buffer[..Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= count;
        return count;
    }
}

/// <summary>Tells an MD5 of the image, made of two digits over and over, or none.</summary>
internal sealed class ToldReader(DriverReader inner, string? md5) : WrappedReader(inner)
{
    public override StoredObject Object => base.Object with { Digest = md5 is null ? null : new Digest("md5", string.Concat(Enumerable.Repeat(md5, 16))) };
}

/// <summary>Gives so many bytes; what is asked for then comes as it is cancelled, and nothing after it.</summary>
internal sealed class CalledOffReader(DriverReader inner, int after) : WrappedReader(inner)
{
    private int _left = after;
    private bool _isClosed;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (_left == 0)
        {
            var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registration = cancellationToken.Register(cancelled.SetResult);
            await cancelled.Task;
            _isClosed = true;
            return await base.ReadAsync(buffer, CancellationToken.None);
        }

        var count = await base.ReadAsync(buffer[..Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= count;
        return count;
    }
}

/// <summary>Tells of all bytes it gives.</summary>
internal sealed class CountingReader(DriverReader inner, Action<int> count) : WrappedReader(inner)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var length = await base.ReadAsync(buffer, cancellationToken);
        count(length);
        return length;
    }
}

/// <summary>Gives nothing until it is let.</summary>
internal sealed class GatedReader(DriverReader inner, Task gate) : WrappedReader(inner)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        return await base.ReadAsync(buffer, cancellationToken);
    }
}

/// <summary>Tells no version, as some servers do not.</summary>
internal sealed class UnversionedReader(DriverReader inner) : WrappedReader(inner)
{
    public override StoredObject Object => base.Object with { VersionTag = null };
}

/// <summary>Goes on behind the end of what it was asked for.</summary>
internal sealed class OverlongReader(DriverReader inner) : WrappedReader(inner)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = await base.ReadAsync(buffer, cancellationToken);
        return count > 0 ? count : 1;
    }
}

/// <summary>Breaks where it should say that it has ended.</summary>
internal sealed class EndlessReader(DriverReader inner) : WrappedReader(inner)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = await base.ReadAsync(buffer, cancellationToken);
        return count > 0 ? count : throw new StoreException(StoreError.Unavailable, "The connection broke.") { IsTransient = true };
    }
}

/// <summary>Tells when it is disposed.</summary>
internal sealed class EndedReader(DriverReader inner, Action ended) : WrappedReader(inner)
{
    private int _ended;

    public override ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            ended();
        }

        return base.DisposeAsync();
    }
}
