namespace GlanceStore.Drivers.S3;

internal sealed partial class S3Bucket
{
    private static readonly Chunk Trial = new(0, 0, S3Probe.Sample, 0, true) { Digest = Convert.FromBase64String(S3Probe.RightCrc32) };

    /// <summary>
    /// Finds out, once, whether the server checks the checksum that goes in a header, with a part of an upload that is aborted: an image that is
    /// there must not be replaced first and the answer understood afterwards.
    /// </summary>
    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: it does not, or cannot be asked.</exception>
    public async Task RequireCheckingAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        if (_integrity != S3Integrity.Crc32 || _echoes)
        {
            return;
        }

        var upload = await BeginTrialAsync(location, cancellationToken).ConfigureAwait(false);
        try
        {
            await WritePartAsync(location, upload, Trial, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await AbortTrialAsync(location, upload, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<string> BeginTrialAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        try
        {
            return await BeginAsync(location, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error == StoreError.Unsupported)
        {
            throw new StoreException(StoreError.Unsupported,
                $"Whether the server checks a CRC-32 cannot be found out before {location} is written; set Integrity to Sha256. {e.Message}", e);
        }
    }

    // What came of the trial counts; an upload that stays is the sweep's.
    private async Task AbortTrialAsync(ImageLocation location, string upload, CancellationToken cancellationToken)
    {
        try
        {
            await AbortAsync(location, upload, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException)
        {
        }
    }

    // A server that does not know the header ignores it: then nothing would check the bytes, and nobody would notice. One that is known to check and
    // is silent this once leaves open what it has: that is for the front to find out, by reading it.
    private static void CheckEcho(string? sent, string? echoed, ImageLocation location, bool known)
    {
        if (sent is null || sent == echoed)
        {
            return;
        }

        throw echoed is not null
            ? new StoreException(StoreError.Corrupted, $"The server has other bytes of {location} than were sent.") { IsTransient = true }
            : known
                ? new StoreException(StoreError.Unavailable, $"The server did not confirm the CRC-32 of {location}, which it does else.") { IsTransient = true }
                : new StoreException(StoreError.Unsupported,
                    $"The server took a part of {location} without checking its CRC-32, and the part was taken back; set Integrity to Sha256, or see what the probe says.");
    }
}
