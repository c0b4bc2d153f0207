using GlanceStore.Conformance;

namespace GlanceStore.Drivers.File.Tests;

/// <summary>A file store as most are: one directory.</summary>
public class FileHarness : DriverHarness
{
    private readonly string _place = Directory.CreateTempSubdirectory("glance-store-suite-").FullName;

    public override string Name => "file";

    public override IReadOnlyList<string> ForeignLocations => ["file:///etc/passwd", $"file://{_place}/images/../../passwd", "filesystem:///etc/passwd"];

    public override IReadOnlyList<string> MalformedLocations => ["file://", "file://images/a", $"file://{_place}/images"];

    protected string Images => Path.Combine(_place, "images");

    protected virtual FileDriverOptions Options => new() { Directory = Images };

    private protected virtual HostFileSystem Host => HostFileSystem.Current;

    public override ValueTask<StoreDriver> CreateDriverAsync() => new(new FileDriver(Options, null, Host));

    public override ValueTask<IReadOnlyCollection<string>> ListEverythingAsync() =>
        new([.. Directory.EnumerateFiles(_place, "*", new EnumerationOptions { AttributesToSkip = 0, RecurseSubdirectories = true })]);

    public override async ValueTask<bool> CorruptAsync(ImageLocation location, long offset)
    {
        await using var file = new FileStream(PathOf(location), FileMode.Open);
        file.Position = offset;
        var flipped = (byte)(file.ReadByte() ^ 1);
        file.Position = offset;
        file.WriteByte(flipped);
        return true;
    }

    public override async ValueTask<bool> TruncateAsync(ImageLocation location, long size)
    {
        await using var file = new FileStream(PathOf(location), FileMode.Open);
        file.SetLength(size);
        return true;
    }

    public override IReadOnlyList<string> EquivalentLocations(ImageLocation location) => [$"filesystem://{PathOf(location)}", $"{location.Uri}?x#y"];

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_place, recursive: true);
        return base.DisposeAsync();
    }

    private static string PathOf(ImageLocation location) => location.Uri["file://".Length..];
}

/// <summary>A file store with everything an operator can turn on, on a file system that knows no unnamed files.</summary>
public sealed class ManyDirectoriesHarness : FileHarness
{
    protected override FileDriverOptions Options => new()
    {
        Directories = [new FileDirectory(Images, 1), new FileDirectory(Images + "-more", 2), new FileDirectory(Images + "-most", 2)],
        ThinProvisioning = true,
        FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
    };

    private protected override HostFileSystem Host => TestStore.Host("named");
}
