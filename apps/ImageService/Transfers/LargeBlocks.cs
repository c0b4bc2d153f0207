using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace GlanceStore.ImageService.Transfers;

/// <summary>
/// The server's buffers, in blocks of 64 KiB: it fills one by one call of the kernel and sends one as one piece, where its own blocks of 4 KiB ask for sixteen times as many.
/// </summary>
internal sealed class LargeBlocks : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    private sealed class Pool : MemoryPool<byte>
    {
        private const int BlockBytes = 64 << 10;

        public override int MaxBufferSize => Shared.MaxBufferSize;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => Shared.Rent(Math.Max(BlockBytes, minBufferSize));

        protected override void Dispose(bool disposing)
        {
        }
    }
}
