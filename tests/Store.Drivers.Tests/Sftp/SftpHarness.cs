using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Sftp;

/// <summary>A directory of its own on OpenSSH, which the driver makes.</summary>
public abstract class SftpHarness : DriverHarness
{
    private readonly string _place = Guid.NewGuid().ToString("N");

    public override string Name => "sftp";

    public override string? SkipReason => SftpServer.SkipReason;

    // Every test opens connections of its own, and agreeing on keys takes the processor.
    public override TimeSpan StallTimeout => TimeSpan.FromSeconds(3);

    public override IReadOnlyList<string> ForeignLocations =>
    [
        $"sftp://elsewhere.example.org{Remote}/a",
        $"sftp://127.0.0.1:1{Remote}/a",
        $"{Root}/etc/passwd",
        $"{Root}{Remote}/../a",
        $"{Root}{Remote}/%2e%2e/a",
        $"{Root}{Remote}/b/a",
        $"sftp://somebody@127.0.0.1:{Port}{Remote}/a",
        $"sftp://somebody:password@127.0.0.1:{Port}{Remote}/a",
    ];

    public override IReadOnlyList<string> MalformedLocations => ["sftp://", Root, $"{Root}/", $"{Root}{Remote}", $"{Root}{Remote}/", $"{Root}{Remote}/a?b", $"{Root}{Remote}/.a"];

    protected virtual int Port => SftpServer.Port;

    protected virtual string RemoteRoot => SftpServer.Data;

    protected virtual string LocalRoot => SftpServer.Data;

    protected virtual SftpDriverOptions Options => SftpServer.Options(Remote, Port);

    protected string Remote => $"{RemoteRoot}/{_place}/images";

    private string Root => $"sftp://127.0.0.1:{Port}";

    private string Local => Path.Combine(LocalRoot, _place);

    public override ValueTask<StoreDriver> CreateDriverAsync() => new(new SftpDriver(Options));

    public override ValueTask<IReadOnlyCollection<string>> ListEverythingAsync() => new(Directory.Exists(Local)
        ? [.. Directory.EnumerateFiles(Local, "*", new EnumerationOptions { AttributesToSkip = 0, RecurseSubdirectories = true })]
        : []);

    public override async ValueTask<bool> CorruptAsync(ImageLocation location, long offset)
    {
        var path = PathOf(location);
        var modified = File.GetLastWriteTimeUtc(path);
        await using (var file = new FileStream(path, FileMode.Open))
        {
            file.Position = offset;
            var flipped = (byte)(file.ReadByte() ^ 1);
            file.Position = offset;
            file.WriteByte(flipped);
        }

        File.SetLastWriteTimeUtc(path, modified);
        return true;
    }

    public override async ValueTask<bool> TruncateAsync(ImageLocation location, long size)
    {
        await using var file = new FileStream(PathOf(location), FileMode.Open);
        file.SetLength(size);
        return true;
    }

    public override IReadOnlyList<string> EquivalentLocations(ImageLocation location)
    {
        var path = location.Uri[Root.Length..];
        return [$"sftp://{SftpServer.User}@127.0.0.1:{Port}{path}", $"sftp://{SftpServer.User}:password@127.0.0.1:{Port}{path}"];
    }

    public override string? LocationWithSecret(ImageId id) => $"sftp://{SftpServer.User}:{CanarySecret}@127.0.0.1:{Port}{Remote}/{id}";

    public override ValueTask DisposeAsync()
    {
        if (SkipReason is null && Directory.Exists(Local))
        {
            Directory.Delete(Local, recursive: true);
        }

        return base.DisposeAsync();
    }

    private string PathOf(ImageLocation location) => Path.Combine(Local, "images", location.Uri[(location.Uri.LastIndexOf('/') + 1)..]);
}

/// <summary>A usual server and a key.</summary>
public sealed class OpenSshHarness : SftpHarness;

/// <summary>A chroot, and permissions of its own for the images.</summary>
public sealed class ChrootedHarness : SftpHarness
{
    public override bool SharesDriver => true;

    public override string? SkipReason => base.SkipReason ?? (SftpServer.Chroot.Length > 0 ? null : "only root can start a chrooted server");

    protected override int Port => SftpServer.ChrootedPort;

    protected override string RemoteRoot => "/store";

    protected override string LocalRoot => $"{SftpServer.Chroot}/store";

    protected override SftpDriverOptions Options =>
        base.Options with { FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead };
}

/// <summary>A password, and new images named as on a server whose rename would replace.</summary>
public sealed class ClaimingHarness : SftpHarness
{
    public override bool SharesDriver => true;

    public override IReadOnlyList<string> SecretsInOptions => SftpServer.Password is { Length: > 0 } password ? [password] : [];

    protected override SftpDriverOptions Options => SftpServer.Password is { Length: > 0 } password
        ? base.Options with { Credentials = [new SftpCredential { Password = password }] }
        : base.Options;

    public override ValueTask<StoreDriver> CreateDriverAsync() => new(new SftpDriver(Options, null, null, renameReplaces: true));
}
