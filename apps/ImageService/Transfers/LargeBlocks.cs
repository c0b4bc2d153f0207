using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace GlanceStore.ImageService.Transfers;

/// <summary>
/// The server's buffers, in blocks of 64 KiB: it fills one by one call of the kernel and sends one as one piece, where its own blocks of 4 KiB ask for sixteen times as many.
/// </summary>
/// <remarks>
/// There are so many of them and no more: transfers have use for a handful each, and whoever opens thousands of connections and says half of a word on each holds one on each.
/// Beyond that blocks are what they are without these.
/// </remarks>
internal sealed class LargeBlocks : IMemoryPoolFactory<byte>
{
    public const int BlockBytes = 64 << 10;

    /// <summary>The most that are out at once: 64 MiB.</summary>
    public const int MostBlocks = 1024;

    private const int SmallBytes = 4 << 10;

    private int _rented;

    /// <summary>How many the server has at this moment.</summary>
    public int Rented => Volatile.Read(ref _rented);

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool(this);

    private bool TryTake()
    {
        if (Interlocked.Increment(ref _rented) <= MostBlocks)
        {
            return true;
        }

        Interlocked.Decrement(ref _rented);
        return false;
    }

    private sealed class Pool(LargeBlocks blocks) : MemoryPool<byte>
    {
        public override int MaxBufferSize => Shared.MaxBufferSize;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) =>
            minBufferSize <= BlockBytes && blocks.TryTake() ? new Block(blocks) : Shared.Rent(Math.Max(SmallBytes, minBufferSize));

        protected override void Dispose(bool disposing)
        {
        }
    }

    private sealed class Block(LargeBlocks blocks) : IMemoryOwner<byte>
    {
        private byte[]? _bytes = ArrayPool<byte>.Shared.Rent(BlockBytes);

        public Memory<byte> Memory => _bytes ?? throw new ObjectDisposedException(nameof(Block));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _bytes, null) is { } bytes)
            {
                ArrayPool<byte>.Shared.Return(bytes);
                Interlocked.Decrement(ref blocks._rented);
            }
        }
    }
}
