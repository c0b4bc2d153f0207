namespace GlanceStore.Drivers.Rbd;

/// <summary>
/// Of this process one at a time deletes, replaces or sweeps an image: librbd's calls on one image wait for each other by messages and time
/// limits, and do not keep those of one client apart (a text kept with an image that is just removed makes its header anew).
/// </summary>
internal static class RbdTurns
{
    private static readonly Lock[] Locks = [.. Enumerable.Range(0, 1024).Select(_ => new Lock())];

    /// <summary>What to hold for an image of a name.</summary>
    public static Lock Of(string name) => Locks[(uint)name.GetHashCode(StringComparison.Ordinal) % Locks.Length];
}
