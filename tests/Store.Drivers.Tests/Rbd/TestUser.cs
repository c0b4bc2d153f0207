namespace GlanceStore.Drivers.Rbd;

/// <summary>A user of the cluster with certain rights, and the file by which a client is him.</summary>
internal sealed class TestUser : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("glance-store-rbd-user-");
    private readonly string _name = $"test-{Guid.NewGuid():N}";

    private TestUser(string monitors, string pools)
    {
        var keyring = Path.Combine(_folder.FullName, "keyring");
        CephServer.Ceph("auth", "get-or-create", $"client.{_name}", "mon", monitors, "osd", pools, "-o", keyring);
        var lines = File.ReadLines(CephServer.Conf).Select(line => line.StartsWith("keyring", StringComparison.Ordinal) ? $"keyring = {keyring}" : line);
        File.WriteAllLines(Conf, lines);
    }

    private string Conf => Path.Combine(_folder.FullName, "ceph.conf");

    /// <summary>Makes one.</summary>
    /// <param name="monitors">His rights at the monitors.</param>
    /// <param name="pools">His rights at the OSDs.</param>
    public static TestUser New(string monitors, string pools) => new(monitors, pools);

    public RbdDriverOptions Options(RbdDriverOptions place) => place with { User = _name, CephConf = Conf };

    public void Dispose()
    {
        CephServer.Ceph("auth", "rm", $"client.{_name}");
        _folder.Delete(recursive: true);
    }
}
