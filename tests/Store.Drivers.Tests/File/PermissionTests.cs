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

    private static UnixFileMode Octal(string digits) => (UnixFileMode)Convert.ToInt32(digits, 8);

    private static TestStore WithMode(UnixFileMode? mode, HostFileSystem host) => new(
        root =>
        {
            System.IO.Directory.CreateDirectory($"{root}/images", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new FileDriverOptions { Directory = $"{root}/images", FileMode = mode };
        },
        host);
}
