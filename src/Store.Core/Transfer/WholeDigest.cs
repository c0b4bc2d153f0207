namespace GlanceStore.Transfer;

/// <summary>Checks the digest of a whole image as it is read from its start to its end; a read that jumps about cannot be checked.</summary>
internal sealed class WholeDigest(Digest expected, long size) : IAsyncDisposable
{
    private readonly DigestSet _set = new([expected.Algorithm]);
    private long _next;
    private bool _jumped;
    private Digest? _actual;

    /// <summary>Whether the image was read whole, in order and once, and has the digest.</summary>
    public bool IsVerified => !_jumped && _actual == expected;

    /// <summary>What there is to say of the check so far, in one sentence.</summary>
    public string Reason => this switch
    {
        { IsVerified: true } => $"the {expected.Algorithm} digest of the whole image is the expected one",
        { _jumped: true } => $"the {expected.Algorithm} digest was not checked, because the image was not read in order",
        _ => $"the {expected.Algorithm} digest is checked at the end of the image, which was not reached",
    };

    public async ValueTask AppendAsync(ReadPiece piece, ChunkBuffer buffer)
    {
        _jumped |= piece.Offset != _next;
        if (_jumped)
        {
            return;
        }

        _set.Append(buffer, piece.Length);
        await _set.FlushAsync().ConfigureAwait(false);
        _next = piece.End;
    }

    /// <exception cref="StoreException"><see cref="StoreError.Corrupted"/>: all was read in order and the digest is another.</exception>
    public async ValueTask CheckAsync(ImageLocation location)
    {
        if (_jumped || _next < size)
        {
            return;
        }

        _actual ??= (await _set.CompleteAsync().ConfigureAwait(false))[0];
        if (_actual != expected)
        {
            throw new StoreException(StoreError.Corrupted,
                $"The image at {location} has the {expected.Algorithm} digest {_actual.Hex} and {expected.Hex} was expected.");
        }
    }

    public ValueTask DisposeAsync() => _set.DisposeAsync();
}
