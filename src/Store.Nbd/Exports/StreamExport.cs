using System.Globalization;
using System.Runtime.CompilerServices;
using GlanceStore.Formats;

namespace GlanceStore.Nbd.Exports;

/// <summary>An export of streams, each of which one request has at a time.</summary>
internal sealed class StreamExport(string name, long size, ReaderPool readers) : NbdExport(name, size)
{
    public override async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var reader = await readers.RentAsync(offset, cancellationToken).ConfigureAwait(false);
        var whole = false;
        try
        {
            await FillAsync(reader, offset, buffer, cancellationToken).ConfigureAwait(false);
            whole = true;
        }
        finally
        {
            await readers.ReturnAsync(reader, whole).ConfigureAwait(false);
        }
    }

    public override async IAsyncEnumerable<DiskExtent> GetExtentsAsync(
        long offset, long length, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = await readers.RentAsync(offset, cancellationToken).ConfigureAwait(false);
        var told = false;
        try
        {
            if (reader is VirtualDisk disk)
            {
                await foreach (var extent in disk.GetExtentsAsync(offset, length, cancellationToken).ConfigureAwait(false))
                {
                    told = true; // whoever has enough of it ends it here, and nothing is wrong with the disk
                    yield return extent;
                    told = false;
                }
            }
            else
            {
                told = true;
                yield return new DiskExtent(offset, length, DiskExtentKind.Data);
            }

            told = true;
        }
        finally
        {
            await readers.ReturnAsync(reader, told).ConfigureAwait(false);
        }
    }

    public override ValueTask DisposeAsync() => readers.DisposeAsync();

    private static async ValueTask FillAsync(Stream reader, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (reader.Position != offset)
        {
            reader.Position = offset;
        }

        while (buffer.Length > 0)
        {
            var read = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw new StoreException(StoreError.Corrupted, string.Create(
                    CultureInfo.InvariantCulture, $"The bytes of the export end {buffer.Length} bytes before its size tells, so they are not served."));
            }

            buffer = buffer[read..];
        }
    }
}
