using System.Collections.Concurrent;
using GlanceStore.ComputeAgent.Events;
using GlanceStore.ComputeAgent.Http;
using GlanceStore.ComputeAgent.Images;
using GlanceStore.ComputeAgent.State;

namespace GlanceStore.ComputeAgent.Disks;

/// <summary>The disks that guests have of images.</summary>
internal sealed partial class AgentDisks(
    AgentImages images, DiskMaking making, DiskPaths paths, RecordFolder<DiskRecord> records, DiskUses uses, EventHub events, TimeProvider time, ILogger<AgentDisks> logger)
{
    private static readonly TimeSpan RestorePause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, AgentDisk> _disks = new(StringComparer.Ordinal);

    /// <summary>The ids of the images that disks are read through.</summary>
    public IReadOnlySet<string> ImagesRead => All.Where(IsReader).Select(disk => disk.Record.Image).ToHashSet(StringComparer.Ordinal);

    public IReadOnlyList<AgentDisk> All => [.. _disks.Values.OrderBy(disk => disk.Id, StringComparer.Ordinal)];

    /// <exception cref="AgentException">There is none of the id.</exception>
    public AgentDisk Get(string id) => _disks.TryGetValue(id, out var disk) ? disk : throw AgentException.NoDisk(id);

    /// <summary>Makes a disk of an image; a request that is repeated gets the one that it made.</summary>
    /// <returns>The disk, and whether it is new.</returns>
    public async Task<(AgentDisk Disk, bool IsNew)> CreateAsync(ImageId image, DiskRequest request, CancellationToken cancellationToken)
    {
        var id = IdOf(request);
        var kind = Check(request);
        var path = kind is DiskKind.Nbd or DiskKind.Rbd ? null : paths.Resolve(request.Path ?? $"{id}.{(kind == DiskKind.Overlay ? "qcow2" : "img")}");
        var (disk, isNew) = await images.AloneAsync(() => Reserve(id, images.Get(image), kind, path, request.Size), cancellationToken);
        if (!isNew)
        {
            return (disk, false);
        }

        try
        {
            await making.MakeAsync(disk, images.Get(image), record => Keep(disk, record), cancellationToken);
            disk.IsUp = true; // before it is ready, or it would be held once more
            Keep(disk, disk.Record with { Stage = DiskStage.Ready });
        }
        catch
        {
            await UndoAsync(disk);
            throw;
        }

        Publish(disk);
        return (disk, true);
    }

    /// <summary>Removes a disk, its file included. One that cannot be removed is as it was.</summary>
    /// <exception cref="AgentException">Clients read it, and it is not said that they should not.</exception>
    /// <exception cref="StoreException">It could not be removed, or is in use.</exception>
    public async Task DeleteAsync(string id, bool evenInUse, CancellationToken cancellationToken)
    {
        var disk = Get(id);
        if (!evenInUse && making.ConnectionsOf(disk) is > 0 and var connections)
        {
            throw AgentException.Conflict(StoreError.InUse, $"The disk {id} is read by {connections} connection(s), so it stays; ?force=true ends them.");
        }

        await images.AloneAsync(() => Mark(disk), cancellationToken);
        try
        {
            await RemoveAsync(disk);
        }
        catch (Exception e) when ((e is StoreException or IOException or AgentException) && !disk.IsLeft)
        {
            Unmark(disk);
            throw;
        }
    }

    /// <summary>Takes up the disks of an earlier process: what it had not finished is undone, or done; what is here of what guests read stays here.</summary>
    public async Task RestoreAsync()
    {
        foreach (var record in records.ReadAll())
        {
            var disk = new AgentDisk(record);
            _disks[record.Id] = disk;
            uses.Add(record.Id, record.Image);
            if (record.Stage == DiskStage.Deleting || (record.Stage == DiskStage.Creating && !DiskMaking.WasMade(record)))
            {
                disk.IsLeft = true;
                disk.HasPart = record.Stage == DiskStage.Creating; // nobody had the name when it was recorded
                if (record.Kind != DiskKind.Rbd) // a cluster may be away
                {
                    await RemoveLeftAsync(disk);
                }
            }
            else if (record.Stage == DiskStage.Creating)
            {
                Keep(disk, record with { Stage = DiskStage.Ready });
            }
        }

        await making.LeaseAsync(All.Where(IsReader));
    }

    /// <summary>Holds again what the disks need, and removes what is left of others, until it is told to stop: a store may be away for a while. None waits for another.</summary>
    public async Task HoldAsync(CancellationToken cancellationToken)
    {
        var tries = new Dictionary<AgentDisk, Task>();
        try
        {
            while (true)
            {
                tries = tries.Where(one => !one.Value.IsCompleted).ToDictionary();
                foreach (var disk in All.Where(disk => !tries.ContainsKey(disk)))
                {
                    tries[disk] = TryAsync(disk, cancellationToken);
                }

                await Task.Delay(RestorePause, time, cancellationToken);
            }
        }
        finally
        {
            await Task.WhenAll(tries.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Lets go of what the disks hold; they stay, for the next start.</summary>
    public async Task LetGoAsync()
    {
        foreach (var disk in _disks.Values)
        {
            await making.ReleaseAsync(disk);
        }
    }

    public DiskDocument Describe(AgentDisk disk) => new(disk.Id, disk.Record.Image, disk.Record.Kind, StateOf(disk), disk.Record.Format)
    {
        Path = disk.Record.Path,
        Uri = making.UriOf(disk.Record),
        Size = disk.Record.Size,
        Method = disk.Record.Method,
        Error = disk.Error,
    };

    private static bool IsReader(AgentDisk disk) => disk is { IsLeft: false, Record.Kind: DiskKind.Overlay or DiskKind.Nbd };

    private static string IdOf(DiskRequest request) => request.Id switch
    {
        null => Guid.NewGuid().ToString("D"),
        var id when ImageId.TryParse(id, out _) && id.Length <= 200 => id,
        _ => throw AgentException.BadRequest("The id of a disk has 1 to 200 letters, digits and '-._~', and begins with a letter or a digit."),
    };

    private static DiskKind Check(DiskRequest request)
    {
        if (request is { Kind: DiskKind.Nbd } and not { Path: null, Size: null })
        {
            throw AgentException.BadRequest("A disk of the kind nbd has no 'path' and no 'size': it is the image, read-only.");
        }

        if (request is { Kind: DiskKind.Rbd, Path: not null })
        {
            throw AgentException.BadRequest("A disk of the kind rbd has no 'path': its name in the pool is its 'id'.");
        }

        if (request.Size is { } size && (size <= 0 || size % 512 != 0))
        {
            throw AgentException.BadRequest("'size' is a number of bytes, a multiple of 512.");
        }

        return request.Kind ?? throw AgentException.BadRequest("'kind' is overlay, clone, nbd or rbd.");
    }

    private (AgentDisk Disk, bool IsNew) Reserve(string id, AgentImage image, DiskKind kind, string? path, long? size)
    {
        if (_disks.TryGetValue(id, out var known))
        {
            var record = known.Record;
            return record.Stage == DiskStage.Ready && record.Kind == kind && record.Image == image.Id && record.Path == path && (size is null || size == record.Size)
                ? (known, false)
                : throw AgentException.Conflict(StoreError.AlreadyExists, $"There is a disk {id} already, of another kind, image, path or size, or it is being made or removed.");
        }

        making.RequireReady(image, kind);
        var disk = new AgentDisk(new DiskRecord(id, image.Id, kind, "raw") { ImageFormat = image.Record.Format, Path = path, Size = size, Owner = kind == DiskKind.Rbd ? $"{Guid.NewGuid():D}" : null, Stage = DiskStage.Creating });
        RequireFree(disk.Record);
        records.Write(id, disk.Record);
        _disks[id] = disk;
        uses.Add(id, image.Id);
        return (disk, true);
    }

    // Once it is recorded, what has its names is taken for its own. A path that another record has is that disk's, whatever became of the file.
    private void RequireFree(DiskRecord record)
    {
        if (record.Path is not { } path)
        {
            return;
        }

        foreach (var file in new[] { path, DiskPaths.PartOf(record) })
        {
            if (_disks.Values.FirstOrDefault(disk => disk.Record.Path == file) is { } other)
            {
                throw AgentException.Conflict(StoreError.AlreadyExists, $"The file '{file}' is that of the disk {other.Id}, so no disk was made; DELETE /disks/{other.Id} gives its name back.");
            }

            DiskMaking.RequireFree(file);
        }
    }

    private bool Mark(AgentDisk disk)
    {
        if (disk.IsLeft)
        {
            return true;
        }

        if (disk.Record.Stage != DiskStage.Ready || !_disks.ContainsKey(disk.Id))
        {
            throw AgentException.Conflict(StoreError.InUse, $"The disk {disk.Id} is being made or removed.");
        }

        Keep(disk, disk.Record with { Stage = DiskStage.Deleting });
        return true;
    }

    // What could not be removed is still held, so that whoever uses it can go on.
    private async Task RemoveAsync(AgentDisk disk)
    {
        await disk.Removal.WaitAsync();
        try
        {
            if (_disks.GetValueOrDefault(disk.Id) != disk)
            {
                return;
            }

            if (!await making.RemoveAsync(disk))
            {
                LogLeft(logger, disk.Id, disk.Record.Path ?? making.UriOf(disk.Record)!);
            }

            disk.IsLeft = true; // there is no way back
            await making.ReleaseAsync(disk);
            Forget(disk);
        }
        finally
        {
            disk.Removal.Release();
        }
    }

    private void Unmark(AgentDisk disk)
    {
        var record = disk.Record with { Stage = DiskStage.Ready };
        try
        {
            records.Write(disk.Id, record);
        }
        catch (StoreException e)
        {
            LogNotUnmarked(logger, disk.Id, e.Message);
        }

        disk.Record = record;
        Publish(disk);
    }

    private async Task TryAsync(AgentDisk disk, CancellationToken cancellationToken)
    {
        try
        {
            await (disk.IsLeft ? RemoveLeftAsync(disk)
                : disk is { IsUp: false, Record.Stage: DiskStage.Ready } ? HoldAsync(disk, cancellationToken)
                : Task.CompletedTask);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogBug(logger, e, disk.Id);
            disk.Error = "The agent failed; its log says how.";
        }
    }

    private async Task RemoveLeftAsync(AgentDisk disk)
    {
        try
        {
            await RemoveAsync(disk);
        }
        catch (Exception e) when (e is StoreException or IOException or AgentException)
        {
            LogNotRemoved(logger, disk.Id, e.Message);
            disk.Error = e.Message;
        }
    }

    // The error that led here is the one to tell.
    private async Task UndoAsync(AgentDisk disk)
    {
        try
        {
            await making.ReleaseAsync(disk);
            await making.RemoveAsync(disk);
            Forget(disk);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUndo(logger, e, disk.Id);
            disk.IsLeft = true;
        }
    }

    private async Task HoldAsync(AgentDisk disk, CancellationToken cancellationToken)
    {
        try
        {
            await making.HoldAsync(disk, images.Find(disk.Record.Image), cancellationToken);
            if (!await images.AloneAsync(() => disk.Record.Stage == DiskStage.Ready, cancellationToken))
            {
                await making.ReleaseAsync(disk); // it was removed while this went on
                return;
            }

            (disk.IsUp, disk.Error) = (true, null);
        }
        catch (Exception e) when (e is StoreException or IOException)
        {
            LogNotHeld(logger, disk.Id, e.Message);
            disk.Error = e.Message;
        }

        Publish(disk);
    }

    private void Keep(AgentDisk disk, DiskRecord record)
    {
        records.Write(disk.Id, record);
        disk.Record = record;
    }

    private void Forget(AgentDisk disk)
    {
        records.Remove(disk.Id);
        uses.Remove(disk.Id);
        _disks.TryRemove(disk.Id, out _); // last: from now on the id is another's
        disk.Told.TellEnd(events, new AgentEvent("disk_deleted", new { disk.Id, disk.Record.Image }));
    }

    private static string StateOf(AgentDisk disk) => disk.Record.Stage switch
    {
        _ when disk.IsLeft => "deleting",
        DiskStage.Creating => "creating",
        DiskStage.Deleting => "deleting",
        _ => disk.IsUp ? "ready" : "waiting",
    };

    private void Publish(AgentDisk disk) => disk.Told.Tell(events, () => new AgentEvent("disk", Describe(disk)));

    [LoggerMessage(Level = LogLevel.Warning, Message = "The disk {Disk} was removed, and what is at {Path} was left alone, because it is no file of its.")]
    private static partial void LogLeft(ILogger logger, string disk, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What was made of the disk {Disk} could not be removed; it is tried again.")]
    private static partial void LogUndo(ILogger logger, Exception error, string disk);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is left of the disk {Disk} cannot be removed yet: {Reason}")]
    private static partial void LogNotRemoved(ILogger logger, string disk, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The disk {Disk} could not be removed, and the next start of the agent will remove it all the same: {Reason}")]
    private static partial void LogNotUnmarked(ILogger logger, string disk, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The disk {Disk} cannot be served or removed yet; it is tried again.")]
    private static partial void LogBug(ILogger logger, Exception error, string disk);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The disk {Disk} cannot be served yet: {Reason}")]
    private static partial void LogNotHeld(ILogger logger, string disk, string reason);
}
