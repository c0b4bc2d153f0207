using Azure.Storage.Blobs;

namespace GlanceStore.Drivers.Azure;

/// <summary>Where an account's blobs are: a host of the account's own, or, as emulators have it, a host and the account as the path.</summary>
internal sealed record AzureEndpoint(Uri Url)
{
    /// <summary>Host, port where it is not the scheme's own, and path: what locations hold.</summary>
    public string Host => Url.Authority + Url.AbsolutePath.TrimEnd('/');

    public bool IsTls => Url.Scheme == Uri.UriSchemeHttps;

    /// <summary>
    /// The account's name as the address tells it: the path as emulators have it, or the first part of a host that has <c>blob</c> in its name, as
    /// every cloud of Azure's has. Null for a host with a name of its own.
    /// </summary>
    public string? Account => Url.AbsolutePath.Trim('/') is { Length: > 0 } path ? path.Split('/')[0]
        : Url.Host.Split('.') is [var first, .. var rest] && rest.Contains("blob", StringComparer.OrdinalIgnoreCase) ? first
        : null;

    /// <summary>Reads an endpoint; null for a text that is none. Without a scheme it is https.</summary>
    public static AzureEndpoint? Parse(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https"
        && url.Host.Length > 0 && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0
            ? new AzureEndpoint(url)
            : null;

    /// <summary>The endpoint a connection string names; null for a text that is none.</summary>
    public static AzureEndpoint? OfConnectionString(string text)
    {
        try
        {
            return Parse(new BlobServiceClient(text).Uri.GetLeftPart(UriPartial.Path));
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
