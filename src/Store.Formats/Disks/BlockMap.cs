namespace GlanceStore.Formats.Disks;

/// <summary>A disk of blocks of one length, each with an entry in one table: VHD, VHDX and VDI.</summary>
internal abstract class BlockMap(HostFile file, long size, long blockBytes) : DiskMap(file)
{
    // The end of what is looked at in one step, so that a disk of a single kind does not keep anybody waiting.
    private const int MostBlocks = 4096;

    public override long Size => size;

    public override async ValueTask<MappedRange> FindAsync(long offset, CancellationToken cancellationToken)
    {
        var index = offset / blockBytes;
        var within = offset % blockBytes;
        var first = Checked(await BlockAsync(index, cancellationToken).ConfigureAwait(false), index);
        var length = blockBytes - within;
        for (var next = index + 1; next * blockBytes < size && next - index < MostBlocks; next++)
        {
            var (kind, host) = await BlockAsync(next, cancellationToken).ConfigureAwait(false);
            if (kind != first.Kind || (kind == DiskExtentKind.Data && host != first.Host + ((next - index) * blockBytes)))
            {
                break;
            }

            _ = Checked((kind, host), next);
            length += blockBytes;
        }

        return new MappedRange(first.Kind, Math.Min(length, size - offset), first.Kind == DiskExtentKind.Data ? first.Host + within : 0);
    }

    /// <summary>What the table says of a block: how it is stored and where in the file it begins.</summary>
    protected abstract ValueTask<(DiskExtentKind Kind, long Host)> BlockAsync(long index, CancellationToken cancellationToken);

    /// <summary>Where the tables end: no block begins before.</summary>
    protected abstract long LeastHost { get; }

    private (DiskExtentKind Kind, long Host) Checked((DiskExtentKind Kind, long Host) block, long index)
    {
        if (block.Kind == DiskExtentKind.Data)
        {
            var needed = Math.Min(blockBytes, size - (index * blockBytes));
            if (block.Host < LeastHost || !File.Holds((ulong)block.Host, (ulong)needed))
            {
                throw Corrupted($"block {index} of the disk is said to be at {block.Host}, where it cannot be");
            }
        }

        return block;
    }
}
