using System.Runtime.CompilerServices;
using GlanceStore.Formats;
using GlanceStore.Nbd.Exports;
using GlanceStore.Nbd.Protocol;

namespace GlanceStore.Nbd;

/// <summary>One read-only device of a server: a name, a size and bytes.</summary>
/// <remarks>
/// It becomes the server's to dispose, which does so when the export is removed or the server stops, and no request is under way then.
/// What a read throws is <c>EIO</c> to the client, never bytes: the connection and the other requests go on.
/// </remarks>
public abstract class NbdExport : IAsyncDisposable
{
    /// <summary>Makes an export.</summary>
    /// <param name="name">What clients ask for; the empty text is the protocol's default export. At most 4096 bytes of UTF-8, without NUL.</param>
    /// <param name="size">How many bytes it has.</param>
    protected NbdExport(string name, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        NameBytes = NbdText.Bytes(name, nameof(name));
        (Name, Size) = (name, size);
    }

    /// <summary>What clients ask for.</summary>
    public string Name { get; }

    /// <summary>How many bytes it has; constant for its life.</summary>
    public long Size { get; }

    /// <summary>A line about it for people, which clients are told; null, the default, for none. As long as a name can be.</summary>
    public string? Description
    {
        get;
        init
        {
            DescriptionBytes = value is null ? null : NbdText.Bytes(value, nameof(value));
            field = value;
        }
    }

    internal byte[] NameBytes { get; }

    internal byte[]? DescriptionBytes { get; private init; }

    /// <summary>Fills all of a buffer with the bytes from an offset on, or throws. Called by several at once; what is asked for lies within <see cref="Size"/>.</summary>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="buffer">What to fill. Nothing of it is handed out unless all of it was filled.</param>
    /// <param name="cancellationToken">The client has gone, or the server stops at once.</param>
    public abstract ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>
    /// Waits until a stretch can be read without waiting for what is far away, as far as that can be told; nothing unless overridden. It comes before the read, which takes memory that
    /// all clients share.
    /// </summary>
    /// <remarks>Called by several at once. What it throws is what the read would have thrown.</remarks>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="length">How much, in bytes; all of it lies within <see cref="Size"/>.</param>
    /// <param name="cancellationToken">The client has gone, or the server stops at once.</param>
    public virtual ValueTask ReadyAsync(long offset, long length, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>How parts of it are stored, from an offset on, in order and without gaps; all of it is <see cref="DiskExtentKind.Data"/> unless overridden.</summary>
    /// <remarks>Called by several at once. It may be given up before its end, and what reaches beyond the part asked for is cut off.</remarks>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="length">How much to tell of, in bytes; all of it lies within <see cref="Size"/>.</param>
    /// <param name="cancellationToken">The client has gone, or the server stops at once.</param>
    public virtual async IAsyncEnumerable<DiskExtent> GetExtentsAsync(
        long offset, long length, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask.ConfigureAwait(false);
        yield return new DiskExtent(offset, length, DiskExtentKind.Data);
    }

    /// <summary>Whether <see cref="CacheAsync"/> does anything, which clients are told; false unless overridden, and constant.</summary>
    public virtual bool CanCache => false;

    /// <summary>Fetches what a client says it will read soon, and hands nothing out. Called by several at once, where <see cref="CanCache"/>.</summary>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="length">How much, in bytes; all of it lies within <see cref="Size"/>.</param>
    /// <param name="cancellationToken">The client has gone, or the server stops at once.</param>
    public virtual ValueTask CacheAsync(long offset, long length, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>An export of a stream that can be sought; requests take turns, because streams are not for several threads.</summary>
    /// <param name="name">What clients ask for.</param>
    /// <param name="stream">The bytes. It becomes the export's to dispose. Of a <see cref="VirtualDisk"/> clients are told the extents.</param>
    /// <param name="description">A line about it for people; null for none.</param>
    public static NbdExport FromStream(string name, Stream stream, string? description = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.CanSeek
            ? new StreamExport(name, stream.Length, new ReaderPool(stream)) { Description = description }
            : throw new ArgumentException("An export is read in any order, and this stream cannot be sought.", nameof(stream));
    }

    /// <summary>An export of the guest's disk in an image, with its extents; requests take turns, because a disk is not for several threads.</summary>
    /// <param name="name">What clients ask for.</param>
    /// <param name="disk">The disk. It becomes the export's to dispose.</param>
    /// <param name="description">A line about it for people; null for none.</param>
    public static NbdExport FromDisk(string name, VirtualDisk disk, string? description = null) => FromStream(name, disk, description);

    /// <summary>An export that several streams over the same bytes read, so that requests do not wait for each other; they are opened as they are needed.</summary>
    /// <param name="name">What clients ask for.</param>
    /// <param name="open">
    /// Opens a stream that can be sought, or a <see cref="VirtualDisk"/>; always of the same bytes. One whose read failed is not used again.
    /// </param>
    /// <param name="options">How many, and what else; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the opening of the first, which tells the size.</param>
    public static async Task<NbdExport> OpenAsync(
        string name, Func<CancellationToken, Task<Stream>> open, NbdReaderOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(open);
        options ??= new NbdReaderOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxReaders, 1, nameof(options));
        var first = await open(cancellationToken).ConfigureAwait(false);
        try
        {
            return new StreamExport(name, first.Length, new ReaderPool(first, open, options.MaxReaders)) { Description = options.Description };
        }
        catch
        {
            await first.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
