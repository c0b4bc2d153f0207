using Renci.SshNet;

namespace GlanceStore.Drivers.Sftp;

/// <summary>A directory of its own on a server other than OpenSSH.</summary>
public abstract class OtherHarness : SftpHarness
{
    public override string Name => OtherServers.Name;

    public override string? SkipReason => OtherServers.SkipReason;

    protected override string LocalRoot => RemoteRoot;

    protected override SftpDriverOptions Options => OtherServers.Options(Remote, Port, "glance") with { MaxConnections = 2 };
}

/// <summary>Debian's rclone as a server. What it has taken it may write to its disk later, so that only it tells what there is.</summary>
public abstract class RcloneHarness(int number) : OtherHarness
{
    protected override int Port => OtherServers.Port(number);

    protected override string RemoteRoot => "";

    protected override string LocalRoot => OtherServers.Data("rclone");

    public override async ValueTask<IReadOnlyCollection<string>> ListEverythingAsync()
    {
        using var client = await ConnectAsync();
        return await client.ExistsAsync(Remote) ? [.. client.ListDirectory(Remote).Where(file => file.IsRegularFile).Select(file => file.FullName)] : [];
    }

    public override ValueTask<bool> CorruptAsync(ImageLocation location, long offset) => new(false);

    public override ValueTask<bool> TruncateAsync(ImageLocation location, long size) => new(false);

    private async Task<SftpClient> ConnectAsync()
    {
        var client = new SftpClient("127.0.0.1", Port, "glance", OtherServers.Password);
        await client.ConnectAsync(CancellationToken.None);
        return client;
    }
}

public sealed class RcloneOffHarness() : RcloneHarness(0);

public sealed class RcloneMinimalHarness() : RcloneHarness(1);

public sealed class RcloneWritesHarness() : RcloneHarness(2);

public sealed class RcloneFullHarness() : RcloneHarness(3);

/// <summary>Debian's proftpd, which lets nobody overwrite.</summary>
public sealed class ProftpdHarness : OtherHarness
{
    public override string? SkipReason => base.SkipReason ?? (OtherServers.User.Length > 0 ? null : "only root can start proftpd");

    protected override int Port => OtherServers.Port(4);

    protected override string RemoteRoot => OtherServers.Data("proftpd");
}

/// <summary>A server that logs in the users of the machine.</summary>
public abstract class UnixHarness(int number) : OtherHarness
{
    public override string? SkipReason => base.SkipReason ?? (OtherServers.User.Length > 0 ? null : "only root can make a user");

    protected override int Port => OtherServers.Port(number);

    protected override string RemoteRoot => OtherServers.Data("unix");

    protected override SftpDriverOptions Options => base.Options with { Username = OtherServers.User };
}

public sealed class GesftpserverHarness() : UnixHarness(5);

public sealed class DropbearHarness() : UnixHarness(6);

/// <summary>A scripted server with one habit.</summary>
public abstract class HabitHarness(string habit) : OtherHarness
{
    private readonly string _user = Guid.NewGuid().ToString("N");

    protected override int Port => OtherServers.PortOf(habit);

    protected override string RemoteRoot => "";

    protected override string LocalRoot => OtherServers.Data("habits");

    protected override SftpDriverOptions Options => base.Options with { Username = _user };
}

public sealed class TruncatingHarness() : HabitHarness("truncates");

public sealed class InOrderHarness() : HabitHarness("inorder");

public sealed class OneOpenHarness() : HabitHarness("oneopen");

public sealed class NoTypeHarness() : HabitHarness("notype");
