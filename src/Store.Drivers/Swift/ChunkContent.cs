using System.Net;

namespace GlanceStore.Drivers.Swift;

/// <summary>A chunk as the body of a request: sent from the front's own buffer, nothing copied, and let go of before the call returns.</summary>
internal sealed class ChunkContent(ReadOnlyMemory<byte> bytes) : HttpContent
{
    private readonly Lock _lock = new();
    private Task _sending = Task.CompletedTask;
    private bool _closed;

    /// <summary>Waits until nobody reads the chunk any more: a request may be answered, or cancelled, while its body is still on its way.</summary>
    public async Task CloseAsync()
    {
        Task sending;
        lock (_lock)
        {
            _closed = true;
            sending = _sending;
        }

        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _closed ? Task.FromException(new IOException("The chunk was taken back.")) : _sending = stream.WriteAsync(bytes, cancellationToken).AsTask();
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }
}
