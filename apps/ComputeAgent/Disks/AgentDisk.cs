using GlanceStore.ComputeAgent.Events;

namespace GlanceStore.ComputeAgent.Disks;

/// <summary>One disk, and what holds its image in the cache.</summary>
internal sealed class AgentDisk(DiskRecord record)
{
    public string Id => Record.Id;

    public DiskRecord Record { get; set; } = record;

    /// <summary>The lease of the image that an overlay is read through, and of that of an export until it is served; null for others.</summary>
    public IAsyncDisposable? Lease { get; set; }

    /// <summary>Why it cannot be used at the moment; null where it can.</summary>
    public string? Error { get; set; }

    /// <summary>Whether what has the name of its part was made of it, by this process or an earlier one.</summary>
    public bool HasPart { get; set; }

    /// <summary>Whether this process gave its file the name that the record has.</summary>
    public bool IsPlaced { get; set; }

    /// <summary>Whether what it needs is held again since the agent started.</summary>
    public bool IsUp { get; set; }

    /// <summary>Whether an earlier process had not finished to make or to remove it, and what there is of it goes.</summary>
    public bool IsLeft { get; set; }

    /// <summary>Whose turn it is to remove it: two may be asked to, and whoever comes second would remove the next disk of its id.</summary>
    public SemaphoreSlim Removal { get; } = new(1);

    /// <summary>What is told of it.</summary>
    public EventSubject Told { get; } = new();
}
