using GlanceStore.Conformance;

namespace GlanceStore.Drivers.S3.Scripted;

/// <summary>A scripted server of its own, which does all that AWS does: checksum headers are checked, conditions honoured.</summary>
public class ScriptedHarness : DriverHarness
{
    private readonly ScriptedS3 _server = new();

    public override string Name => "scripted-s3";

    public override IReadOnlyList<string> ForeignLocations =>
        [$"s3://elsewhere.example.org/{ScriptedS3.Bucket}/a", $"s3://{_server.Endpoint["http://".Length..]}/another-bucket/a"];

    public override IReadOnlyList<string> SecretsInOptions => [ScriptedS3.SecretKey];

    // Two cores that other tests use as well.
    public override TimeSpan StallTimeout => TimeSpan.FromSeconds(2);

    public override ValueTask<StoreDriver> CreateDriverAsync() => new(new S3Driver(_server.Options));

    public override ValueTask<IReadOnlyCollection<string>> ListEverythingAsync() => new(_server.Everything);

    public override ValueTask<bool> CorruptAsync(ImageLocation location, long offset) => new(_server.Corrupt(KeyOf(location), offset));

    public override ValueTask<bool> TruncateAsync(ImageLocation location, long size) => new(_server.Truncate(KeyOf(location), size));

    public override string? LocationWithSecret(ImageId id) =>
        $"s3://{ScriptedS3.AccessKey}:{CanarySecret}@{_server.Endpoint["http://".Length..]}/{ScriptedS3.Bucket}/{id}";

    public override async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await base.DisposeAsync();
    }

    private static string KeyOf(ImageLocation location) => location.Uri[(location.Uri.LastIndexOf('/') + 1)..];
}
