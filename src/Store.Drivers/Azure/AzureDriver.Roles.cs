using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;

namespace GlanceStore.Drivers.Azure;

public sealed partial class AzureDriver : IDirectUrl, IResumableWrites
{
    // The longest that the service lets a signature live that a token stands behind.
    private static readonly TimeSpan LongestDelegation = TimeSpan.FromDays(7);

    // How far the service's clock may be behind ours.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    // One with a key may live as long as the key; a year is a limit of ours.
    private static readonly TimeSpan LongestWithKey = TimeSpan.FromDays(365);

    /// <inheritdoc/>
    public override TFeature? GetFeature<TFeature>() where TFeature : class =>
        typeof(TFeature) == typeof(IDirectUrl) && !CanSign ? null : base.GetFeature<TFeature>();

    /// <inheritdoc/>
    public async ValueTask<Uri> GetDirectUrlAsync(ImageLocation location, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetime, _account.Key is not null ? LongestWithKey : LongestDelegation);
        if (!CanSign)
        {
            throw new StoreException(StoreError.Unsupported, "A signed address needs the account's key or a token; the store has neither.");
        }

        var blob = _locations.BlobOf(location);
        var signature = SignatureFor(blob, lifetime);
        return await AzureErrors.RunAsync($"Signing an address of {location}", StoreError.Changed, async () =>
        {
            var signed = _account.Key is { } key ? signature.ToSasQueryParameters(key) : await DelegatedAsync(signature, cancellationToken).ConfigureAwait(false);
            return new UriBuilder(_account.UrlOf(blob)) { Query = signed.ToString() }.Uri;
        }, cancellationToken).ConfigureAwait(false);
    }

    // Who has only a signature cannot make another, and handing on its own would hand on all that it may do.
    private bool CanSign => _account.Key is not null || _options.Source is AzureCredentialSource.Token or AzureCredentialSource.Default;

    // Without a beginning: clocks differ, and one that begins now may begin in the service's future.
    private BlobSasBuilder SignatureFor(string blob, TimeSpan lifetime) => new(BlobSasPermissions.Read, _time.GetUtcNow() + lifetime)
    {
        BlobContainerName = _options.Container,
        BlobName = blob,
        Resource = "b",
        Protocol = _options.Place!.IsTls ? SasProtocol.Https : SasProtocol.HttpsAndHttp,
    };

    private async Task<BlobSasQueryParameters> DelegatedAsync(BlobSasBuilder signature, CancellationToken cancellationToken)
    {
        // As early as clocks may differ, but no earlier than the longest life before its end.
        var earliest = signature.ExpiresOn - LongestDelegation;
        var begin = _time.GetUtcNow() - ClockSkew;
        var request = new BlobGetUserDelegationKeyOptions(signature.ExpiresOn) { StartsOn = begin > earliest ? begin : earliest };
        var key = await _account.Service.GetUserDelegationKeyAsync(request, cancellationToken).ConfigureAwait(false);
        return signature.ToSasQueryParameters(key.Value, _options.Account);
    }
}
