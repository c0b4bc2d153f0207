using System.Runtime.Versioning;

namespace GlanceStore.Interoperation;

[TestClass]
public sealed class FileTests : WritableStoreTests
{
    private protected override string StoreId => "fast";

    private protected override string Configuration() => $"""
        [DEFAULT]
        enabled_backends = fast:file,
            other:file
        root = {At("stores")}
        debug = true

        [glance_store]
        default_backend = other

        [fast]
        # one directory
        filesystem_store_datadir = {At("stores/fast")}
        filesystem_thin_provisioning = true
        filesystem_store_file_perm = 640
        [other]
        filesystem_store_datadir : "{At("stores/other")}"
        """;

    [TestMethod]
    [UnsupportedOSPlatform("windows")]
    public async Task Files_of_both_have_the_mode_of_the_configuration()
    {
        var ours = ImageId.New();
        var theirs = ImageId.New();
        await using var source = File.OpenRead(MakeFile(5000));
        await Ours.PutAsync(ours, source);
        await Python.PutAsync(theirs.Value, At("image"));
        Assert.AreEqual(File.GetUnixFileMode(At($"stores/fast/{theirs}")), File.GetUnixFileMode(At($"stores/fast/{ours}")));
    }
}

[TestClass]
public sealed class SeveralDirectoriesTests : WritableStoreTests
{
    private protected override string StoreId => "fast";

    private protected override string Configuration()
    {
        File.WriteAllText(At("metadata.json"), $$"""[{ "id": "b", "mountpoint": "{{At("b")}}" }, { "id": "a", "mountpoint": "{{At("a")}}" }]""");
        return $"""
            [DEFAULT]
            enabled_backends = fast:file
            [glance_store]
            default_backend = fast
            [fast]
            filesystem_store_datadir =
            filesystem_store_datadirs = {At("a")}:100
            filesystem_store_datadirs = {At("b")}:200
            filesystem_store_metadata_file = {At("metadata.json")}
            """;
    }

    [TestMethod]
    public async Task Both_choose_the_directory_of_the_highest_priority()
    {
        var put = await Python.PutAsync("theirs", MakeFile(10));
        await using var source = File.OpenRead(At("image"));
        Assert.AreEqual($"file://{At("b")}/theirs", TextOf(put, "location"));
        Assert.AreEqual($"file://{At("b")}/ours", (await Ours.PutAsync(new ImageId("ours"), source)).Location.Uri);
    }

    [TestMethod]
    public async Task What_lies_in_the_other_directory_is_found_by_both()
    {
        Directory.CreateDirectory(At("a"));
        File.Copy(MakeFile(10), At("a/old"));
        Assert.AreEqual(10, (await Ours.FindAsync(Ours.ParseLocation($"file://{At("a")}/old")))?.Size);
        Assert.AreEqual(10, await Python.SizeAsync($"file://{At("a")}/old"));
    }
}

[TestClass]
public sealed class OneStoreATypeTests : WritableStoreTests
{
    private protected override string? StoreId => null;

    private protected override string Configuration() => $"""
        [glance_store]
        stores = file, http
        default_store = filesystem
        filesystem_store_datadir = {At("images")}
        """;
}
