using GlanceStore.Diagnostics;
using GlanceStore.Digests;

namespace GlanceStore.Transfer;

/// <summary>An image, or a range of it, as a stream over fetched and verified pieces.</summary>
internal sealed class VerifiedReadStream(
    OpenImage image, PieceQueue pieces, WholeDigest? digest, TransferCount count, MemoryCharge kept, StoreOperation operation, IAsyncDisposable use)
    : ImageReadStream
{
    private long _position;
    private ReadPiece? _counted;
    private bool _disposed;

    public override StoredObject Object => image.Object;

    public override ReadVerdict Verdict => (image.HasManifest, digest) switch
    {
        (_, { IsSigned: true }) => new ReadVerdict(ReadVerification.Signature, digest.Reason),
        (true, _) => new ReadVerdict(ReadVerification.Chunks, "every byte read was verified, chunk by chunk, against the manifest"),
        (_, { IsVerified: true }) => new ReadVerdict(ReadVerification.Digest, digest.Reason),
        (_, not null) => new ReadVerdict(ReadVerification.None, digest.Reason),
        _ => new ReadVerdict(ReadVerification.None, "nothing was verified, because there was neither a manifest nor a digest to verify with"),
    };

    public override bool CanRead => !_disposed;

    public override bool CanSeek => image.CanSeek && !_disposed;

    public override bool CanWrite => false;

    public override long Length
    {
        get
        {
            ThrowIfClosedOrForwardOnly();
            return image.End - image.Start;
        }
    }

    public override long Position
    {
        get
        {
            ThrowIfClosedOrForwardOnly();
            return _position;
        }

        set
        {
            ThrowIfClosedOrForwardOnly();
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    // A read of no bytes waits until there are some, as it does with sockets: its caller needs no buffer before.
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Take(await NextAsync(cancellationToken).ConfigureAwait(false), buffer.Span);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ValidateCopyToArguments(destination, bufferSize);

        // Whoever writes to a peer may wait for it for ever: it gets copies, so that the piece can be given back meanwhile. A file takes it as it is.
        return image.LendsPieces || destination is FileStream { CanSeek: true } || destination == Null
            ? CopyPiecesAsync(destination, cancellationToken)
            : base.CopyToAsync(destination, bufferSize, cancellationToken);
    }

    // A Stream has blocking forms whether one likes them or not; they wait for the one real path.
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override int Read(Span<byte> buffer) => Take(NextAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult(), buffer);

    public override long Seek(long offset, SeekOrigin origin)
    {
        ThrowIfClosedOrForwardOnly();
        var target = offset + origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            SeekOrigin.End => image.End - image.Start,
            _ => throw new ArgumentOutOfRangeException(nameof(origin)),
        };
        return target >= 0 ? Position = target : throw new IOException("The position before the beginning of an image was sought.");
    }

    public override void CountKept(long bytes) => kept.Add(bytes);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("A stored image cannot be changed.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A stored image cannot be changed.");

    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await pieces.DisposeAsync().ConfigureAwait(false);
        if (digest is not null)
        {
            await digest.DisposeAsync().ConfigureAwait(false);
        }

        kept.Dispose();
        operation.Dispose();
        await use.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        base.Dispose(disposing);
    }

    private async Task CopyPiecesAsync(Stream destination, CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken).ConfigureAwait(false) is { Length: > 0 } bytes)
        {
            try
            {
                await destination.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
                _position += bytes.Length;
            }
            finally
            {
                pieces.Leave();
            }
        }
    }

    private int Take(ReadOnlyMemory<byte> bytes, Span<byte> buffer)
    {
        if (bytes.IsEmpty)
        {
            return 0;
        }

        var length = Math.Min(bytes.Length, buffer.Length);
        bytes.Span[..length].CopyTo(buffer);
        _position += length;
        pieces.Leave();
        return length;
    }

    // What follows the position in the piece that holds it, which is to be left afterwards; nothing at the end, and that only after the digest was
    // checked.
    private async ValueTask<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return _position < image.End - image.Start
                ? await FetchAsync(image.Start + _position, cancellationToken).ConfigureAwait(false)
                : await EndAsync().ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            operation.Fail(e);
            throw;
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> FetchAsync(long offset, CancellationToken cancellationToken)
    {
        await LetGoAsync(offset).ConfigureAwait(false);
        var (piece, buffer) = await pieces.GetAsync(offset, cancellationToken).ConfigureAwait(false);
        try
        {
            Count(piece, buffer);
        }
        catch
        {
            pieces.Leave();
            throw;
        }

        var end = (int)(Math.Min(piece.End, image.End) - piece.Offset);
        return buffer.Memory[(int)(offset - piece.Offset)..end];
    }

    // A piece is digested while it is written to wherever it goes; the next ones are fetched into its buffer.
    private async ValueTask LetGoAsync(long offset)
    {
        if (digest is null || _counted is not { } counted || counted.Holds(offset))
        {
            return;
        }

        try
        {
            await digest.FlushAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            throw;
        }
    }

    // Once, also where it was given back and fetched again in between.
    private void Count(ReadPiece piece, ChunkBuffer buffer)
    {
        if (piece.Index == _counted?.Index)
        {
            return;
        }

        _counted = piece;
        count.Add(Math.Min(piece.End, image.End) - Math.Max(piece.Offset, image.Start));
        digest?.Append(piece, buffer);
    }

    private async ValueTask<ReadOnlyMemory<byte>> EndAsync()
    {
        if (digest is not null)
        {
            await digest.CheckAsync(image.Object.Location).ConfigureAwait(false);
        }

        return default;
    }

    private void ThrowIfClosedOrForwardOnly()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!image.CanSeek)
        {
            throw new NotSupportedException("This image is read from the start to the end: its store reads no ranges, or its signature is checked.");
        }
    }
}

/// <summary>What was opened: the object, and from where to where of it is read, in bytes of the whole image.</summary>
internal sealed record OpenImage(StoredObject Object, long Start, long End, bool HasManifest, bool CanSeek, bool LendsPieces);
