using System.IO.Hashing;

namespace GlanceStore.Drivers.Sftp;

/// <summary>Reads a part back and compares it with what was sent: SFTP tells no checksum of what a server holds.</summary>
internal static class SftpReadBack
{
    private const int BufferBytes = 1 << 20;

    public static async Task CompareAsync(SftpStore store, string part, ChunkManifest chunks, ImageLocation location, CancellationToken cancellationToken)
    {
        var file = new SftpFile(await store.LeaseAsync(chunks.Size, cancellationToken).ConfigureAwait(false), part, FileAccess.Read,
            SftpFile.RequestsFor(chunks.Size, store.Options.MaxRequests, store.Habits), store.Time);
        await using (file.ConfigureAwait(false))
        {
            await file.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (store.Habits.ReadBytes is null && !await file.TryReadAsync(0, cancellationToken).ConfigureAwait(false))
            {
                throw new StoreException(StoreError.Unavailable, $"Reading {part} back failed: the server takes shorter reads only.") { IsTransient = true };
            }

            var buffer = new byte[Math.Min(BufferBytes, chunks.LargestChunk)];
            for (var index = 0; index < chunks.Count; index++)
            {
                if (await ChecksumAsync(file, buffer, chunks.OffsetOf(index), chunks[index].Length, cancellationToken).ConfigureAwait(false) != chunks[index].Checksum)
                {
                    throw new StoreException(StoreError.Corrupted,
                        $"The server holds other bytes for {location} than were sent, from byte {chunks.OffsetOf(index)} on: the connection broke off, and it mixed up what came over two.");
                }
            }
        }
    }

    private static async Task<ulong> ChecksumAsync(SftpFile file, byte[] buffer, long offset, long length, CancellationToken cancellationToken)
    {
        var checksum = new XxHash3();
        for (var end = offset + length; offset < end;)
        {
            var bytes = buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - offset));
            await file.ReadAsync(bytes, offset, cancellationToken).ConfigureAwait(false);
            checksum.Append(bytes.Span);
            offset += bytes.Length;
        }

        return checksum.GetCurrentHashAsUInt64();
    }
}
