using Microsoft.Extensions.Logging;
using Renci.SshNet.Sftp;

namespace GlanceStore.Drivers.Sftp;

/// <summary>What the verbs of one store share.</summary>
internal sealed record SftpStore(SftpDriverOptions Options, SftpConnections Connections, SftpDirectory Directory, SftpHabits Habits, ILogger Logger, TimeProvider Time)
    : IDisposable
{
    public SftpParts Parts { get; } = new(Connections, Logger, Time);

    public SftpProbe Probe { get; } = new(Directory, Habits, new SftpParts(Connections, Logger, Time), Options.Host, Logger);

    public SftpNaming Naming { get; } = new(Directory, Habits, new SftpParts(Connections, Logger, Time));

    /// <summary>Connections for a file of so many bytes, null where that is not known.</summary>
    public ValueTask<IReadOnlyList<SftpLease>> LeaseAsync(long? bytes, CancellationToken cancellationToken) =>
        Connections.LeaseAsync(SftpFile.ConnectionsFor(bytes, Options), cancellationToken);

    public void Dispose()
    {
        Connections.Dispose();
        Probe.Dispose();
    }

    // The library takes the digits of an octal number as a decimal one: 640 for rw-r-----.
    public static short OctalDigits(UnixFileMode mode) => (short)(((((int)mode >> 6) & 7) * 100) + ((((int)mode >> 3) & 7) * 10) + ((int)mode & 7));
}
