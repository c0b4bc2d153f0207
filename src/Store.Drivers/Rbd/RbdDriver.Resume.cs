namespace GlanceStore.Drivers.Rbd;

public sealed partial class RbdDriver : IResumableWrites
{
    /// <inheritdoc/>
    /// <remarks>
    /// The token is the id of the block device in the trash. Where the process that wrote it was killed, the first write waits until the cluster
    /// has taken its lock away, 30 seconds by default; what is there can be read back before.
    /// </remarks>
    public async ValueTask<DriverWriter> ReopenWriteAsync(ImageId id, WriteIntent intent, string token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(intent);
        ArgumentNullException.ThrowIfNull(token);
        var location = LocationOf(id);
        var upload = await _store.ReopenAsync(id, token, cancellationToken).ConfigureAwait(false);
        return new RbdWriter(_store, id, intent, location, upload);
    }
}
