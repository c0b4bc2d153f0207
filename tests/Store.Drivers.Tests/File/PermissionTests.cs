using static GlanceStore.Drivers.File.Tests.TestStore;

namespace GlanceStore.Drivers.File.Tests;

[TestClass]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PermissionTests
{
    [TestMethod]
    [DataRow("744", "744", "711")]
    [DataRow("640", "640", "710")]
    [DataRow("604", "604", "701")]
    [DataRow("600", "600", "700")]
    public async Task Image_gets_the_mode_and_the_directory_lets_those_pass_who_may_read_it(string mode, string file, string directory)
    {
        foreach (var host in new[] { "unnamed", "named" })
        {
            using var store = WithMode(Octal(mode), Host(host));

            await store.Put("x", Bytes(10));

            Assert.AreEqual(Octal(file), System.IO.File.GetUnixFileMode($"{store.Root}/images/x"));
            Assert.AreEqual(Octal(directory), System.IO.File.GetUnixFileMode($"{store.Root}/images"));
        }
    }

    [TestMethod]
    public async Task Without_a_mode_the_umask_decides_as_for_any_other_file()
    {
        using var store = WithMode(null, Host("unnamed"));
        System.IO.File.WriteAllText($"{store.Root}/any", "");

        await store.Put("x", Bytes(10));

        Assert.AreEqual(System.IO.File.GetUnixFileMode($"{store.Root}/any"), System.IO.File.GetUnixFileMode($"{store.Root}/images/x"));
        Assert.AreEqual(Octal("700"), System.IO.File.GetUnixFileMode($"{store.Root}/images"));
    }

    [TestMethod]
    [DataRow("unnamed")]
    [DataRow("named")]
    [DataRow("portable")]
    public async Task Directory_that_may_not_be_written_serves_reads_and_denies_writes_and_deletes(string host)
    {
        if (Environment.UserName == "root")
        {
            Assert.Inconclusive("Root may write everywhere; the test of a read-only file system stands in.");
        }

        using var store = WithMode(null, Host(host));
        var stored = await store.Put("x", Bytes(10));
        System.IO.File.SetUnixFileMode($"{store.Root}/images", Octal("500"));
        try
        {
            CollectionAssert.AreEqual(Bytes(10), await store.Read(stored.Location));
            await Fails(StoreError.AccessDenied, () => store.Put("y", Bytes(10)));
            await Fails(StoreError.AccessDenied, () => store.Driver.DeleteAsync(stored.Location, new DeleteIntent(), default).AsTask());
        }
        finally
        {
            System.IO.File.SetUnixFileMode($"{store.Root}/images", Octal("700"));
        }
    }

    private static UnixFileMode Octal(string digits) => (UnixFileMode)Convert.ToInt32(digits, 8);

    private static TestStore WithMode(UnixFileMode? mode, HostFileSystem host) => new(
        root =>
        {
            System.IO.Directory.CreateDirectory($"{root}/images", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new FileDriverOptions { Directory = $"{root}/images", FileMode = mode };
        },
        host);
}
