namespace GlanceStore.Drivers.Rbd;

/// <summary>A configuration file of a test's own, in a folder of its own where its keyrings are looked for.</summary>
internal sealed class TestConf : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("glance-store-rbd-");

    /// <param name="conf">The file whose cluster it is of.</param>
    public TestConf(string conf) => Write("ceph.conf", string.Join('\n', File.ReadLines(conf).Select(line =>
        line.StartsWith("keyring", StringComparison.Ordinal) ? $"keyring = {Folder}/$cluster.$name.keyring" : line)) + "\n");

    private TestConf()
    {
    }

    public string Folder => _folder.FullName;

    public string Path => System.IO.Path.Combine(Folder, "ceph.conf");

    public RbdDriverOptions Options => new() { CephConf = Path };

    /// <summary>Of a cluster whose only monitor is at a port of this machine.</summary>
    public static TestConf OfMonitor(int port)
    {
        var conf = new TestConf();
        conf.Write("ceph.conf", $"[global]\nfsid = {Guid.NewGuid()}\nmon host = [v2:127.0.0.1:{port}]\nauth client required = none\n");
        return conf;
    }

    public void Write(string name, string text) => File.WriteAllText(System.IO.Path.Combine(Folder, name), text);

    public void Append(string text) => File.AppendAllText(Path, text);

    public void Dispose() => _folder.Delete(recursive: true);
}
