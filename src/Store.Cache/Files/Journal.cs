using System.Buffers.Binary;
using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Cache.Files;

/// <summary>Which chunks of an entry are there: a file that records are only appended to, by any number of processes, and the locks of its chunks.</summary>
/// <remarks>
/// A record has a checksum of its own and is written in one piece behind what is whole, so what a kill or a power cut tore is not believed and does not shift
/// what follows. It is written after the bytes that it tells of, and it is believed of none of them: they are compared before they are used.
/// </remarks>
internal sealed class Journal : IDisposable
{
    private const uint Magic = 0x4A435347; // "GSCJ"
    private const int RecordBytes = 32;
    private const int CheckedBytes = 24;
    private const int RecordsAtOnce = 2048;

    // The locks' numbers: one for appending, one for each chunk.
    private const long AppendLock = 0;
    private const long FirstChunkLock = 1;

    // Another process fetches a chunk in tens of milliseconds, so asking more often costs more than it gives.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private readonly HostDisk _disk;
    private readonly SafeFileHandle _file;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private long _read;

    public Journal(EntryFiles files, TimeProvider time) => (_disk, _file, _time) = (files.Disk, files.Disk.Open(files.Journal), time);

    /// <summary>Opens one of an entry that is leased; null where another process has given it its final name since.</summary>
    public static Journal? TryOpen(EntryFiles files, TimeProvider time)
    {
        try
        {
            return new Journal(files, time);
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The records that were written since this was called last, in order.</summary>
    public IReadOnlyList<JournalRecord> ReadNew()
    {
        lock (_lock)
        {
            var length = _disk.LengthOf(_file);
            if (length < _read)
            {
                _read = 0; // somebody began it anew
            }

            var records = new List<JournalRecord>();
            var buffer = new byte[RecordBytes * RecordsAtOnce];
            while (_disk.Read(_file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, (length - _read) / RecordBytes * RecordBytes)), _read) is >= RecordBytes and var count)
            {
                for (var at = 0; at + RecordBytes <= count; at += RecordBytes)
                {
                    if (Parse(buffer.AsSpan(at, RecordBytes)) is { } record)
                    {
                        records.Add(record);
                    }

                    _read += RecordBytes;
                }
            }

            return records;
        }
    }

    /// <summary>Notes that the bytes of a chunk are there, or that they are not any more.</summary>
    public void Append(JournalRecord record)
    {
        var bytes = Bytes(record);
        lock (_lock)
        {
            _disk.LockRange(_file, AppendLock, 1);
            try
            {
                var end = _disk.LengthOf(_file);
                _disk.Write(_file, bytes, end - (end % RecordBytes)); // over what was torn
            }
            finally
            {
                _disk.UnlockRange(_file, AppendLock, 1);
            }
        }
    }

    /// <summary>Forgets all chunks.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _disk.Resize(_file, 0);
            _read = 0;
        }
    }

    /// <summary>Waits until nobody else, in whichever process, fetches any chunk; the turn ends with what is returned, or with the process.</summary>
    public async ValueTask<IDisposable> TakeAsync(CancellationToken cancellationToken) =>
        (await TryTakeAsync(FirstChunkLock, int.MaxValue, null, cancellationToken).ConfigureAwait(false))!;

    /// <summary>As <see cref="TakeAsync"/>, of one chunk.</summary>
    /// <returns>Null where somebody else still fetches it after so long.</returns>
    public ValueTask<IDisposable?> TryTakeAsync(int chunk, TimeSpan patience, CancellationToken cancellationToken) =>
        TryTakeAsync(FirstChunkLock + chunk, 1, patience, cancellationToken);

    public void Dispose() => _file.Dispose();

    private async ValueTask<IDisposable?> TryTakeAsync(long start, long length, TimeSpan? patience, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        for (var pause = FirstPause; !_disk.TryLockRange(_file, start, length); pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            if (_time.GetElapsedTime(began) >= patience)
            {
                return null;
            }

            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
        }

        return new Turn(_disk, _file, start, length);
    }

    private static byte[] Bytes(JournalRecord record)
    {
        var bytes = new byte[RecordBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), record.IsThere ? 1 : 0);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), record.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), record.Checksum);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(CheckedBytes), XxHash3.HashToUInt64(bytes.AsSpan(0, CheckedBytes)));
        return bytes;
    }

    private static JournalRecord? Parse(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Magic
        && BinaryPrimitives.ReadUInt64LittleEndian(bytes[CheckedBytes..]) == XxHash3.HashToUInt64(bytes[..CheckedBytes])
            ? new JournalRecord((int)BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), bytes[4] == 1)
            : null;

    private sealed class Turn(HostDisk disk, SafeFileHandle file, long start, long length) : IDisposable
    {
        public void Dispose()
        {
            if (!file.IsClosed)
            {
                disk.UnlockRange(file, start, length);
            }
        }
    }
}

/// <summary>What the journal says of one chunk.</summary>
internal readonly record struct JournalRecord(int Index, ulong Checksum, bool IsThere);
