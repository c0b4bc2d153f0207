using GlanceStore.Transfer;

namespace GlanceStore.Digests;

/// <summary>Checks the digests and the signature of a whole image as it is read from its start to its end; a read that jumps about cannot be checked.</summary>
internal sealed class WholeDigest(IReadOnlyList<Digest> expected, SignatureCheck? signature, long size) : IAsyncDisposable
{
    private readonly DigestSet _set = new([.. expected.Select(digest => digest.Algorithm), .. signature is null ? Array.Empty<string>() : [signature.Algorithm]]);
    private long _next;
    private bool _jumped;
    private IReadOnlyList<Digest>? _actual;

    /// <summary>Whether the image was read whole, in order and once, and has the digests and the signature.</summary>
    public bool IsVerified => !_jumped && _actual is not null && Wrong is null && IsSigned == signature is not null;

    /// <summary>Whether there was a signature to check, and it is right.</summary>
    public bool IsSigned { get; private set; }

    /// <summary>What there is to say of the check so far, in one sentence.</summary>
    public string Reason => this switch
    {
        { IsVerified: true } => $"the {Names} of the whole image is the expected one",
        { _jumped: true } => $"the {Names} was not checked, because the image was not read once and in order",
        _ => $"the {Names} is checked at the end of the image, which was not reached",
    };

    /// <summary>Digests the next piece while it is taken: its bytes must stay until <see cref="FlushAsync"/> is over.</summary>
    public void Append(ReadPiece piece, ChunkBuffer buffer)
    {
        _jumped |= piece.Offset != _next;
        if (!_jumped)
        {
            _ = _set.Append(buffer, piece.Length);
            _next = piece.End;
        }
    }

    /// <summary>Waits until all pieces have been digested.</summary>
    public Task FlushAsync() => _set.FlushAsync();

    /// <exception cref="StoreException">
    /// All was read in order; <see cref="StoreError.Corrupted"/>: a digest is another; <see cref="StoreError.Refused"/>: the signature is.
    /// </exception>
    public async ValueTask CheckAsync(ImageLocation location)
    {
        if (_jumped || _next < size)
        {
            return;
        }

        _actual ??= await _set.CompleteAsync().ConfigureAwait(false);
        if (Wrong is { } wrong)
        {
            throw new StoreException(StoreError.Corrupted,
                $"The image at {location} has the {wrong.Algorithm} digest {ActualOf(wrong).Hex} and {wrong.Hex} was expected.");
        }

        if (signature is not null && !IsSigned)
        {
            signature.Check(_actual);
            IsSigned = true;
        }
    }

    public ValueTask DisposeAsync() => _set.DisposeAsync();

    private string Names => string.Join(" and ", [
        .. expected.Select(digest => digest.Algorithm).Distinct().Select(algorithm => $"{algorithm} digest"), .. signature is null ? Array.Empty<string>() : ["signature"]]);

    private Digest? Wrong => expected.FirstOrDefault(digest => ActualOf(digest) != digest);

    private Digest ActualOf(Digest digest) => _actual!.First(actual => actual.Algorithm == digest.Algorithm);
}
