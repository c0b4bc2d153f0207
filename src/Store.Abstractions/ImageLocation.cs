namespace GlanceStore;

/// <summary>Where a stored image is: a URI whose scheme names the kind of store, and the id of the store that holds it.</summary>
/// <remarks>
/// The URI is the one OpenStack's <c>glance_store</c> uses for the same object, without credentials. Credentials that a URI
/// was parsed with travel in <see cref="Secret"/>, which is never rendered, serialised or compared.
/// </remarks>
public sealed record ImageLocation
{
    /// <summary>Makes a location.</summary>
    /// <param name="uri">The URI, without a password; a URI that holds one is parsed by its store (<see cref="IImageStore.ParseLocation"/>).</param>
    /// <param name="storeId">The id of the store, or null where it is not known yet.</param>
    /// <exception cref="ArgumentException">The URI has no scheme, or holds a password.</exception>
    public ImageLocation(string uri, string? storeId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(uri);
        var scheme = SchemeOf(uri) ?? throw new ArgumentException("A location is a URI such as 'file:///srv/images/ID'; this text has no scheme.", nameof(uri));
        if (HoldsPassword(scheme, uri.AsSpan(scheme.Length + 3)))
        {
            throw new ArgumentException("A location holds no password; let the store parse a URI that has one.", nameof(uri));
        }

        Uri = uri;
        StoreId = storeId;
    }

    /// <summary>The URI, without credentials.</summary>
    public string Uri { get; }

    /// <summary>The id of the store that holds the image, or null where it is not known.</summary>
    public string? StoreId { get; init; }

    /// <summary>
    /// The account of the backend that the image lies in, where one URI may be an image of several; null where the URI tells it, or where it
    /// is not known. No secret: what is half of one stands here as a fingerprint.
    /// </summary>
    /// <remarks>
    /// From <see cref="IImageStore.ParseLocation"/>: the account that credentials in the URI name, else the store's own. No store takes a URI
    /// whose credentials name another account. In a receipt it finds the store again whose id has changed since.
    /// </remarks>
    public string? Account { get; init; }

    /// <summary>The credentials the URI was written with, for the driver's eyes only; null where it had none.</summary>
    public LocationSecret? Secret { get; init; }

    /// <summary>The scheme of the URI: what stands before <c>://</c>.</summary>
    public string Scheme => SchemeOf(Uri)!;

    /// <summary>The scheme of a URI, as it is written, or null where there is none.</summary>
    public static string? SchemeOf(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var end = uri.IndexOf("://", StringComparison.Ordinal);
        return end > 0 && !uri.AsSpan(0, end).ContainsAny('/', '?', '#') ? uri[..end] : null;
    }

    /// <summary>Whether both name the same object in the same store; secrets do not count, and an account only where no store is named.</summary>
    public bool Equals(ImageLocation? other) => other is not null && Uri == other.Uri && StoreId == other.StoreId
        && (StoreId is not null || Account == other.Account);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Uri, StoreId);

    /// <summary>The URI as it may be shown: without its query, which in a signed address is as good as a password.</summary>
    public override string ToString() => Uri.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? $"{Uri.AsSpan(0, query)}?…" : Uri;

    // OpenStack writes the keys of S3 and Swift as they are, slashes included, so there the last '@' is where they end.
    private static bool HoldsPassword(string scheme, ReadOnlySpan<char> afterScheme)
    {
        var isOpenStack = scheme.StartsWith("s3", StringComparison.Ordinal) || scheme.StartsWith("swift", StringComparison.Ordinal);
        var end = isOpenStack ? -1 : afterScheme.IndexOfAny('/', '?', '#');
        var authority = end < 0 ? afterScheme : afterScheme[..end];
        var at = authority.LastIndexOf('@');
        return at >= 0 && authority[..at].Contains(':');
    }
}
