using System.Runtime.CompilerServices;
using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

public sealed partial class RbdDriver : IProbe
{
    /// <inheritdoc/>
    /// <remarks>It stores, reads and deletes an image of a few bytes, step by step.</remarks>
    public async IAsyncEnumerable<ProbeFinding> ProbeAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var connected = await AskAsync("Connection", session =>
            $"librbd {CephLibraries.RbdVersion} is connected to the cluster {session.Cluster.Fsid}, pool '{_store.Options.Pool}'.", cancellationToken).ConfigureAwait(false);
        yield return connected;
        if (connected.Answer != ProbeAnswer.Yes)
        {
            yield break;
        }

        yield return await AskAsync("Features of new images", session =>
            $"New images get the features {session.Features} (rbd_default_features) and objects of {1 << _store.Options.Order} bytes.", cancellationToken).ConfigureAwait(false);
        var id = new ImageId($"glance-store-probe-{Guid.NewGuid():N}");
        yield return await AskAsync("Create, trash and restore, snapshot, protect and remove", session => Try(session, id), cancellationToken).ConfigureAwait(false);
    }

    private async Task<ProbeFinding> AskAsync(string name, Func<RbdSession, string> ask, CancellationToken cancellationToken)
    {
        try
        {
            return new ProbeFinding(name, ProbeAnswer.Yes, await _store.Connection.RunAsync(name, ask, cancellationToken).ConfigureAwait(false));
        }
        catch (StoreException e)
        {
            return new ProbeFinding(name, e.IsTransient ? ProbeAnswer.Unclear : ProbeAnswer.No, e.Message);
        }
    }

    private string Try(RbdSession session, ImageId id)
    {
        const int Bytes = 4096;
        var removal = new RbdRemoval(session, _store.Time, _store.Logger);
        var upload = RbdUpload.Begin(session, id, Bytes, _store.Options.Order);
        try
        {
            new RbdPublication(upload, id, WriteMode.CreateNew, _store.Time, _store.Logger).Publish(LocationOf(id), Bytes, CancellationToken.None);
        }
        catch
        {
            upload.Dispose();
            removal.RemoveUpload(upload.Id, id.Value);
            throw;
        }

        removal.Remove(id.Value, RbdLocations.Snapshot, new DeleteIntent());
        return "The user may do all that a store does.";
    }
}
