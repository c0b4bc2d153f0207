using System.Net;

namespace GlanceStore.Drivers.S3;

/// <summary>Where an S3 server is, and what follows from it.</summary>
internal sealed record S3Endpoint(Uri Url)
{
    /// <summary>Host, port where it is not the scheme's own, and path: what locations hold.</summary>
    public string Host => Url.Authority + Url.AbsolutePath.TrimEnd('/');

    /// <summary>The same with the port, whichever it is: glance_store writes an operator's ':443' into locations.</summary>
    public string HostAndPort => $"{Url.Host}:{Url.Port}{Url.AbsolutePath.TrimEnd('/')}";

    public bool IsTls => Url.Scheme == Uri.UriSchemeHttps;

    public bool IsAws => Url.Host.EndsWith(".amazonaws.com", StringComparison.OrdinalIgnoreCase)
        || Url.Host.EndsWith(".amazonaws.com.cn", StringComparison.OrdinalIgnoreCase);

    /// <summary>The region an AWS host names, in the dash form of old and the dot form of now; null for any other host.</summary>
    public string? Region
    {
        get
        {
            if (!IsAws)
            {
                return null;
            }

            var labels = Url.Host.Split('.');
            return labels switch
            {
                ["s3" or "s3-fips" or "s3-accelerate" or "s3-external-1", "amazonaws", ..] => null,
                ["s3" or "s3-fips", "dualstack", var region, ..] => region,
                ["s3" or "s3-fips", var region, ..] => region,
                [.., "s3", var region, "vpce", "amazonaws", "com"] => region,
                [var first, ..] when first.StartsWith("s3-", StringComparison.Ordinal) => first[3..],
                _ => null,
            };
        }
    }

    /// <summary>Reads an endpoint; null for a text that is none. Without a scheme it is https.</summary>
    public static S3Endpoint? Parse(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https"
        && url.Host.Length > 0 && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0
            ? new S3Endpoint(url)
            : null;

    /// <summary>Whether a bucket can be the first label of a host name.</summary>
    public static bool IsHostName(string bucket) => bucket.Length is >= 3 and <= 63
        && bucket.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.')
        && char.IsAsciiLetterOrDigit(bucket[0]) && char.IsAsciiLetterOrDigit(bucket[^1])
        && !bucket.Contains("..", StringComparison.Ordinal) && !IPAddress.TryParse(bucket, out _);

    // A wildcard certificate covers one label, so over TLS a bucket with a dot is addressed by path.
    public bool AddressesByPath(S3Addressing addressing, string bucket) => addressing switch
    {
        S3Addressing.Path => true,
        S3Addressing.Virtual => false,
        _ => !IsAws || !IsHostName(bucket) || (IsTls && bucket.Contains('.', StringComparison.Ordinal)),
    };

    /// <summary>The address of a bucket.</summary>
    public string UrlOf(string bucket, S3Addressing addressing) => AddressesByPath(addressing, bucket)
        ? $"{Url.Scheme}://{Host}/{bucket}"
        : $"{Url.Scheme}://{bucket}.{Host}";
}
