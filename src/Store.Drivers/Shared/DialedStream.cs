using System.Net;
using System.Net.Sockets;

namespace GlanceStore.Drivers.Shared;

/// <summary>A connection that tells when nothing ever came of it: something was sent, and no byte came back.</summary>
internal sealed class DialedStream(Socket socket, IPEndPoint address, AddressBook book) : NetworkStream(socket, ownsSocket: true)
{
    private volatile bool _asked;
    private volatile bool _answered;
    private int _disposed;

    public override int Read(Span<byte> buffer) => Noted(base.Read(buffer));

    public override int Read(byte[] buffer, int offset, int count) => Noted(base.Read(buffer, offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _answered ? base.ReadAsync(buffer, cancellationToken) : ReadFirstAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _asked = true;
        base.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        _asked = true;
        base.Write(buffer, offset, count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _asked = true;
        return base.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        _asked = true;
        return base.WriteAsync(buffer, offset, count, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0 && _asked && !_answered)
        {
            book.Failed(address);
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        Noted(await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    private int Noted(int count)
    {
        _answered |= count > 0;
        return count;
    }
}
