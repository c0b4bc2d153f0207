namespace GlanceStore.Drivers.Http;

/// <summary>The body of an answer, or its beginning: never more bytes than were announced, and an error where there are fewer.</summary>
internal sealed class HttpReader : DriverReader
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly AnswerClock _clock;
    private readonly bool _endsWithBody;
    private long _left;

    /// <summary>Reads a body.</summary>
    /// <param name="response">The answer, the reader's from now on.</param>
    /// <param name="body">Its body.</param>
    /// <param name="stored">What it says of the image.</param>
    /// <param name="length">How many bytes the range has.</param>
    /// <param name="endsWithBody">Whether the body has no byte behind the range.</param>
    /// <param name="clock">The time it may take, the reader's from now on.</param>
    public HttpReader(HttpResponseMessage response, Stream body, StoredObject stored, long length, bool endsWithBody, AnswerClock clock)
    {
        _response = response;
        _body = body;
        _clock = clock;
        _left = length;
        _endsWithBody = endsWithBody;
        Object = stored;
    }

    public override StoredObject Object { get; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_left == 0)
        {
            await CheckEndAsync(buffer, cancellationToken).ConfigureAwait(false);
            return 0;
        }

        var most = buffer[..(int)Math.Min(buffer.Length, _left)];
        var count = await _clock.RunAsync(token => _body.ReadAsync(most, token), cancellationToken).ConfigureAwait(false);
        _left -= count;
        return count > 0 ? count : throw HttpErrors.Cut(Object.Location, _left);
    }

    public override ValueTask DisposeAsync()
    {
        _response.Dispose();
        _clock.Dispose();
        return ValueTask.CompletedTask;
    }

    // A body without a length of its own may go on behind the size that was learnt elsewhere.
    private async ValueTask CheckEndAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_endsWithBody && await _clock.RunAsync(token => _body.ReadAsync(buffer[..1], token), cancellationToken).ConfigureAwait(false) > 0)
        {
            throw HttpErrors.Unusable(StoreError.Corrupted, Object.Location, $"sends more than the {Object.Size} bytes it has announced");
        }
    }
}
