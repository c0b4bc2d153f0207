using static GlanceStore.Drivers.File.Tests.TestStore;

namespace GlanceStore.Drivers.File.Tests;

[TestClass]
public sealed class LocationTests
{
    // {a} is the directory of the store. What Python's driver makes of each, but for ".." and a relative path, which it keeps as they are.
    [TestMethod]
    [DataRow("file://{a}/b", "file://{a}/b")]
    [DataRow("filesystem://{a}/b", "file://{a}/b")]
    [DataRow("file://{a}/../a/b", "file://{a}/b")]
    [DataRow("file:///b/..{a}/./b", "file://{a}/b")]
    [DataRow("file://{a}//b", "file://{a}/b")]
    [DataRow("file://{a}/a%20b", "file://{a}/a%20b")]
    [DataRow("file://{a}/b?x#y", "file://{a}/b")]
    [DataRow("file://{a}/b#y?x", "file://{a}/b")]
    [DataRow("file:// {a}/b ", "file://{a}/b")]
    [DataRow("file://{a}/ü", "file://{a}/ü")]
    public void Location_is_read_as_glance_reads_it(string uri, string expected)
    {
        using var store = new TestStore(root => new FileDriverOptions { Directory = $"{root}/a" });

        Assert.AreEqual(expected.Replace("{a}", $"{store.Root}/a"), store.Driver.ParseLocation(uri.Replace("{a}", $"{store.Root}/a")).Uri);
    }

    [TestMethod]
    [DataRow("file://")]
    [DataRow("file:///")]
    [DataRow("{a}/b")]
    [DataRow("FILE://{a}/b")]
    [DataRow("file://a/b")]
    [DataRow("file:/a/b")]
    [DataRow("file://{a}")]
    [DataRow("file://{a}/")]
    [DataRow("file://{a}/b/")]
    [DataRow("file://{a}/..")]
    [DataRow("file://{a}/../etc/passwd")]
    [DataRow("file://{a}b/c")]
    [DataRow("file:///etc/passwd")]
    [DataRow("file://{a}/b\0c")]
    [DataRow("file://{a}/b\nc")]
    [DataRow("file://{a}/.glance-store-0123.part")]
    [DataRow("swift://a/b")]
    public void Location_that_is_malformed_or_outside_is_refused(string uri)
    {
        using var store = new TestStore(root => new FileDriverOptions { Directory = $"{root}/a" });

        var error = Assert.ThrowsExactly<StoreException>(() => store.Driver.ParseLocation(uri.Replace("{a}", $"{store.Root}/a")));
        Assert.AreEqual(StoreError.InvalidLocation, error.Error);
    }

    [TestMethod]
    public void Password_of_a_foreign_location_is_in_no_message()
    {
        using var store = new TestStore(root => new FileDriverOptions { Directory = $"{root}/a" });

        var error = Assert.ThrowsExactly<StoreException>(() => store.Driver.ParseLocation("file://user:geheim@host/a/b"));
        Assert.DoesNotContain("geheim", error.ToString());
    }

    [TestMethod]
    public void Location_of_an_id_is_its_path_in_the_directory()
    {
        using var store = new TestStore();
        var id = ImageId.New();

        var location = store.Driver.LocationOf(id);

        Assert.AreEqual($"file://{store.Root}/{id}", location.Uri);
        Assert.AreEqual(location, store.Driver.ParseLocation(location.Uri));
    }
}
