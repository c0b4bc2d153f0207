using GlanceStore.Conformance;

namespace GlanceStore.Drivers.S3;

/// <summary>A prefix of its own on a real server.</summary>
public abstract class S3Harness(S3Server server) : DriverHarness
{
    private Task<S3DriverOptions>? _place;

    public override string Name => server.Name;

    public override string? SkipReason => server.SkipReason;

    // Two Python or Ceph daemons share the machine's cores with the tests: a slow answer is not a stalled one.
    public override TimeSpan StallTimeout => TimeSpan.FromSeconds(3);

    public override IReadOnlyList<string> SecretsInOptions => [server.SecretKey];

    public override IReadOnlyList<string> ForeignLocations =>
    [
        $"s3://elsewhere.example.org/{S3Server.Bucket}/a",
        $"s3://{Host}/another-bucket/a",
        $"s3://{Host}/{S3Server.Bucket}/another-prefix/a",
        $"s3://SOMEBODY:SECRET@{Host}/{S3Server.Bucket}/{_place?.Result.Prefix}a",
    ];

    public override IReadOnlyList<string> MalformedLocations =>
    [
        "s3://",
        $"s3://{Host}",
        $"s3://{Host}/{S3Server.Bucket}",
        $"s3://{Host}/{S3Server.Bucket}/",
        $"s3://AK@{Host}/{S3Server.Bucket}/a",
        $"s3://AK:SK@https://{Host}/{S3Server.Bucket}/a",
        $"s3+https://{Host}/{S3Server.Bucket}/..",
    ];

    private string Host => new Uri(server.Endpoint).Authority;

    public override Uri HttpEndpoint => new(server.Endpoint);

    public override async ValueTask<StoreDriver> CreateDriverAsync() => new S3Driver(await PlaceAsync());

    public override async ValueTask<StoreDriver> CreateDriverAsync(Uri httpEndpoint) => new S3Driver(await PlaceAsync() with { Endpoint = httpEndpoint.ToString() });

    public override async ValueTask<IReadOnlyCollection<string>> ListEverythingAsync() =>
        await server.ListEverythingAsync((await PlaceAsync()).Prefix);

    public override async ValueTask<bool> TruncateAsync(ImageLocation location, long size)
    {
        var key = location.Uri[(location.Uri.IndexOf(S3Server.Bucket, StringComparison.Ordinal) + S3Server.Bucket.Length + 1)..];
        using var answer = await server.Client.GetObjectAsync(S3Server.Bucket, key);
        var head = new byte[size];
        await answer.ResponseStream.ReadExactlyAsync(head);
        await server.Client.PutObjectAsync(new Amazon.S3.Model.PutObjectRequest
        {
            BucketName = S3Server.Bucket,
            Key = key,
            InputStream = new MemoryStream(head),
            UseChunkEncoding = false,
        });
        return true;
    }

    public override IReadOnlyList<string> EquivalentLocations(ImageLocation location)
    {
        var place = location.Uri["s3://".Length..];
        return [$"s3+http://{place}", $"s3+https://{place}", $"s3://{server.AccessKey}:SECRET@{place}", $"s3://{server.AccessKey}:a/b+c=:d@{place}"];
    }

    public override string? LocationWithSecret(ImageId id) =>
        $"s3://{server.AccessKey}:{CanarySecret}@{Host}/{S3Server.Bucket}/{_place?.Result.Prefix}{id}";

    public override async ValueTask DisposeAsync()
    {
        if (_place is not null)
        {
            await server.RemoveEverythingAsync((await _place).Prefix);
        }

        await base.DisposeAsync();
    }

    private Task<S3DriverOptions> PlaceAsync() => _place ??= server.NewPlaceAsync();
}

public sealed class CephHarness() : S3Harness(S3Server.Ceph);

public sealed class SwiftHarness() : S3Harness(S3Server.Swift);
