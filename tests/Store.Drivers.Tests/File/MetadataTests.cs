using static GlanceStore.Drivers.File.Tests.TestStore;

namespace GlanceStore.Drivers.File.Tests;

[TestClass]
public sealed class MetadataTests
{
    [TestMethod]
    public async Task First_entry_whose_mount_point_the_image_lies_under_is_its_metadata()
    {
        using var store = WithMetadata(root => $$"""
            [{"id": "no", "mountpoint": "/elsewhere"},
             {"id": "no", "mountpoint": "{{root}}/imag"},
             {"id": "yes", "mountpoint": "{{root}}/images", "share": "nfs:/x", "hosts": ["a", "b"], "more": {"k": "v"} },
             {"id": "later", "mountpoint": "/"}]
            """);

        var stored = await store.Put("x", Bytes(1));
        await using var reader = await store.Driver.OpenReadAsync(stored.Location, new ReadIntent(), default);
        var found = await store.Driver.FindAsync(stored.Location, default);

        foreach (var metadata in new[] { stored.Metadata, reader.Object.Metadata, found!.Metadata })
        {
            Assert.AreEqual("yes", metadata["id"]);
            Assert.AreEqual($"{store.Root}/images", metadata["mountpoint"]);
            Assert.AreEqual("nfs:/x", metadata["share"]);
            Assert.AreEqual("""["a", "b"]""", metadata["hosts"]);
            Assert.AreEqual("""{"k": "v"}""", metadata["more"]);
        }
    }

    [TestMethod]
    public async Task Object_will_do_for_a_list_and_no_entry_is_no_metadata()
    {
        using var slash = WithMetadata(_ => """{"id": "all", "mountpoint": "/"}""");
        using var other = WithMetadata(_ => """{"id": "other", "mountpoint": "/elsewhere"}""");
        using var none = new TestStore();

        Assert.AreEqual("all", (await slash.Put("x", Bytes(1))).Metadata["id"]);
        Assert.IsEmpty((await other.Put("x", Bytes(1))).Metadata);
        Assert.IsEmpty((await none.Put("x", Bytes(1))).Metadata);
    }

    [TestMethod]
    [DataRow("{", "is not JSON")]
    [DataRow("3", "is not an object")]
    [DataRow("[[]]", "is not an object")]
    [DataRow("""{"mountpoint": "/a"}""", "no 'id'")]
    [DataRow("""{"id": "a"}""", "no 'mountpoint'")]
    [DataRow("""{"id": 1, "mountpoint": "/a"}""", "no 'id'")]
    [DataRow("""{"id": "a", "mountpoint": ["/a"]}""", "no 'mountpoint'")]
    [DataRow("""{"id": "a", "mountpoint": "/a", "n": 1}""", "'n'")]
    [DataRow("""{"id": "a", "mountpoint": "/a", "n": [1]}""", "'n'")]
    [DataRow("""{"id": "a", "mountpoint": "/a", "n": {"m": null}}""", "'n'")]
    [DataRow("""[{"id": "a", "mountpoint": "/a"}, {"id": "b"}]""", "Entry 2")]
    public void File_that_is_not_of_that_form_is_a_mistake(string json, string expected)
    {
        var error = Assert.ThrowsExactly<StoreException>(() => WithMetadata(_ => json));

        Assert.AreEqual(StoreError.InvalidConfiguration, error.Error);
        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    public void File_that_cannot_be_read_is_a_mistake()
    {
        StringAssert.Contains(new FileDriverOptions { Directory = "/a", MetadataFile = "/nowhere" }.Mistakes().Single(), "cannot be read");
        StringAssert.Contains(new FileDriverOptions { Directory = "/a", MetadataFile = "" }.Mistakes().Single(), "cannot be read");
    }

    private static TestStore WithMetadata(Func<string, string> json) => new(root =>
    {
        var file = Path.Combine(root, "metadata.json");
        System.IO.File.WriteAllText(file, json(root));
        return new FileDriverOptions { Directory = Path.Combine(root, "images"), MetadataFile = file };
    });
}
