namespace GlanceStore.ComputeAgent.Images;

/// <summary>How far an image is.</summary>
internal enum ImageState
{
    /// <summary>Known, and fetched when it is used.</summary>
    Known,

    /// <summary>Waits for its turn.</summary>
    Queued,

    /// <summary>On its way.</summary>
    Downloading,

    /// <summary>Here, whole and verified.</summary>
    Ready,

    /// <summary>Not to be had, or refused; the error says why. The next PUT tries again.</summary>
    Failed,
}
