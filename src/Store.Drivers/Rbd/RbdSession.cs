using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>A connected client, the store's pool through it, and what the cluster's configuration says of new images.</summary>
internal sealed record RbdSession(RadosCluster Cluster, RadosPool Pool, ulong Features) : IDisposable
{
    private volatile bool _isRetired;

    /// <summary>Whether another one has taken its place.</summary>
    public bool IsRetired => _isRetired;

    /// <summary>Where its writes are begun.</summary>
    public RbdWrites Writes { get; } = new();

    /// <summary>Whether a client that has an image open is not this one, but somebody else.</summary>
    public bool IsElsewhere(ulong client) => client != Cluster.ClientId;

    /// <summary>Begins nothing more on it. It ends once everything that was opened through it is closed, which may take the library a while.</summary>
    public void Dispose()
    {
        _isRetired = true;
        Writes.Dispose();
        Pool.Dispose();
        Cluster.Dispose();
    }
}
