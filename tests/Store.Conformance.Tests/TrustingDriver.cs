using System.Net.Http.Headers;
using GlanceStore.Drivers;

namespace GlanceStore.Conformance;

/// <summary>Takes the bytes of an answer for those it asked for, and what it does not understand for granted.</summary>
internal sealed class TrustingDriver(Uri server) : StoreDriver
{
    private readonly HttpClient _client = new();

    public override DriverInfo Info { get; } = new("http", ["http"], new DriverCapabilities { CanWrite = false, CanDelete = false });

    public override ImageLocation LocationOf(ImageId id) => new(new Uri(server, id.Value).ToString(), null);

    public override ImageLocation ParseLocation(string uri) => new(new Uri(server, new Uri(uri).AbsolutePath).ToString(), null);

    public override async ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        using var answer = await _client.SendAsync(new HttpRequestMessage(HttpMethod.Head, location.Uri), cancellationToken);
        return answer.IsSuccessStatusCode ? new StoredObject(location, answer.Content.Headers.ContentLength!.Value, null, null) : null;
    }

    public override async ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, location.Uri);
        request.Headers.Range = intent.Range is { } range ? new RangeHeaderValue(range.Offset, range.Offset + range.Length - 1) : null;
        var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var size = answer.Content.Headers.ContentRange?.Length ?? answer.Content.Headers.ContentLength!.Value;
        return new Reader(answer, new StoredObject(location, size, null, null));
    }

    public override ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public override ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public override ValueTask DisposeAsync()
    {
        _client.Dispose();
        return base.DisposeAsync();
    }

    private sealed class Reader(HttpResponseMessage answer, StoredObject stored) : DriverReader
    {
        private long _left = answer.Content.Headers.ContentLength!.Value;

        public override StoredObject Object => stored;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            if (_left == 0)
            {
                return 0;
            }

            var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            var count = await body.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
            _left -= count;
            return count;
        }

        public override ValueTask DisposeAsync()
        {
            answer.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
