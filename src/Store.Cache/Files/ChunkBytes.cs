using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cache.Files;

/// <summary>The bytes of one chunk in a file: written so that zeros stay holes, compared, and digested, a piece at a time.</summary>
internal static class ChunkBytes
{
    private const int PieceBytes = 256 << 10;
    private const int BlockBytes = 64 << 10;

    private static readonly byte[] Zeros = new byte[PieceBytes];

    // Of the length that was asked for last: but for their ends, the chunks of an image have one.
    private static volatile Tuple<long, ulong>? _checksumOfZeros;

    /// <summary>Writes a chunk out of a stream in the place of whatever was there: who reads it meanwhile finds no byte wrong that was right.</summary>
    /// <returns>Its checksum.</returns>
    /// <exception cref="StoreException"><see cref="StoreError.SizeMismatch"/>: the stream ended within it.</exception>
    public static async Task<ulong> WriteAsync(
        HostDisk disk, SafeFileHandle file, long offset, long length, Stream source, IncrementalHash? digest, CancellationToken cancellationToken)
    {
        // Many chunks may wait for a store, or for their turn of the memory: each of them without a buffer.
        await source.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        var hash = new XxHash3();
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (var done = 0L; done < length;)
            {
                var piece = buffer.AsMemory(0, (int)Math.Min(PieceBytes, length - done));
                var count = await source.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                if (count < piece.Length)
                {
                    throw new StoreException(StoreError.SizeMismatch, $"The image ended after {offset + done + count} bytes, and it was said to have more.");
                }

                hash.Append(piece.Span);
                digest?.AppendData(piece.Span);
                await WritePieceAsync(disk, file, offset + done, piece, cancellationToken).ConfigureAwait(false);
                done += count;
            }

            return hash.GetCurrentHashAsUInt64();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The checksum of what is in the file; null where it ends within the chunk. A hole is not read: of a sparse disk that is most.</summary>
    public static async Task<ulong?> ChecksumAsync(
        HostDisk disk, SafeFileHandle file, long offset, long length, IncrementalHash? digest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (digest is null && IsHole(disk, file, offset, length))
        {
            return ChecksumOfZeros(length);
        }

        var hash = new XxHash3();
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (var done = 0L; done < length;)
            {
                var piece = buffer.AsMemory(0, (int)Math.Min(PieceBytes, length - done));
                var count = await disk.ReadAsync(file, piece, offset + done, cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    return null;
                }

                hash.Append(piece.Span[..count]);
                digest?.AppendData(piece.Span[..count]);
                done += count;
            }

            return hash.GetCurrentHashAsUInt64();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>As <see cref="ChecksumAsync"/>; null also where the disk does not give it back, which is not right either.</summary>
    public static async Task<ulong?> TryChecksumAsync(
        HostDisk disk, SafeFileHandle file, long offset, long length, IncrementalHash? digest, CancellationToken cancellationToken)
    {
        try
        {
            return await ChecksumAsync(disk, file, offset, length, digest, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Makes a chunk zeros.</summary>
    public static async ValueTask WriteZerosAsync(HostDisk disk, SafeFileHandle file, long offset, long length, CancellationToken cancellationToken)
    {
        for (var done = IsHole(disk, file, offset, length) || disk.TryPunchHole(file, offset, length) ? length : 0; done < length; done += PieceBytes)
        {
            await disk.WriteAsync(file, Zeros.AsMemory(0, (int)Math.Min(PieceBytes, length - done)), offset + done, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The checksum of a chunk of zeros.</summary>
    public static ulong ChecksumOfZeros(long length)
    {
        if (_checksumOfZeros is not { } known || known.Item1 != length)
        {
            _checksumOfZeros = known = Tuple.Create(length, HashOfZeros(length));
        }

        return known.Item2;
    }

    private static ulong HashOfZeros(long length)
    {
        var hash = new XxHash3();
        for (var left = length; left > 0; left -= PieceBytes)
        {
            hash.Append(Zeros.AsSpan(0, (int)Math.Min(PieceBytes, left)));
        }

        return hash.GetCurrentHashAsUInt64();
    }

    // The length is looked at last: what was cut off looks like a hole. Where the disk does not tell, reading does.
    private static bool IsHole(HostDisk disk, SafeFileHandle file, long offset, long length)
    {
        try
        {
            return (disk.NextData(file, offset) ?? long.MaxValue) >= offset + length && disk.LengthOf(file) >= offset + length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Runs of blocks of one kind, as long as they get.
    private static async ValueTask WritePieceAsync(HostDisk disk, SafeFileHandle file, long offset, ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        for (var at = 0; at < piece.Length;)
        {
            var (start, isZero) = (at, IsZero(piece, at));
            for (at += BlockBytes; at < piece.Length && IsZero(piece, at) == isZero; at += BlockBytes)
            {
            }

            at = Math.Min(at, piece.Length);
            if (!isZero || !disk.TryPunchHole(file, offset + start, at - start))
            {
                await disk.WriteAsync(file, piece[start..at], offset + start, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static bool IsZero(ReadOnlyMemory<byte> piece, int at) =>
        !piece.Span[at..Math.Min(at + BlockBytes, piece.Length)].ContainsAnyExcept((byte)0);
}
