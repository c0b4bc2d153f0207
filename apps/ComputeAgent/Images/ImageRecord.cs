using GlanceStore.ComputeAgent.Sources;

namespace GlanceStore.ComputeAgent.Images;

/// <summary>What is kept of an image over restarts.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Origin">Where it is and what it is.</param>
internal sealed record ImageRecord(string Id, ImageOrigin Origin)
{
    /// <summary><c>raw</c> for the guest's disk in it; null for the image as it is stored.</summary>
    public string? Format { get; init; }

    public int Priority { get; init; }

    public bool FetchWhenUsed { get; init; }

    /// <summary>What it was found to be, once it was looked into and found fit for guests.</summary>
    public FoundImage? Found { get; init; }

    /// <summary>Whether all of it was here and verified, its signature included.</summary>
    public bool WasReady { get; init; }
}

/// <summary>What a guest's machine has to know of an image.</summary>
/// <param name="Format">Its format, as the inspector names it.</param>
/// <param name="VirtualSize">The size of the disk in it; null where the format does not tell.</param>
internal sealed record FoundImage(string Format, long? VirtualSize);
