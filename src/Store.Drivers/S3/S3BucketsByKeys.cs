using System.Collections.Concurrent;

namespace GlanceStore.Drivers.S3;

/// <summary>The bucket as the owners of the keys in locations see it. Whoever names the locations names the keys, so only so many are held.</summary>
internal sealed class S3BucketsByKeys(Func<Amazon.Runtime.AWSCredentials, IReadOnlyList<string>, S3Bucket> open) : IDisposable
{
    // More than an operator rotates through. A bucket is cheap to make again; its connections are the store's.
    private const int MostHeld = 32;

    private readonly ConcurrentDictionary<(string AccessKey, string SecretKey), S3Bucket> _held = new();

    public int Count => _held.Count;

    public S3Bucket Of(LocationSecret secret)
    {
        secret.Reveal(out var accessKey, out var secretKey);
        if (_held.TryGetValue((accessKey, secretKey), out var known))
        {
            return known;
        }

        if (_held.Count >= MostHeld)
        {
            _held.Clear(); // not disposed: requests may be under way
        }

        return _held.GetOrAdd((accessKey, secretKey), _ => open(S3Credentials.Of(accessKey, secretKey), [accessKey, secretKey]));
    }

    public void Dispose()
    {
        foreach (var bucket in _held.Values)
        {
            bucket.Client.Dispose();
        }
    }
}
