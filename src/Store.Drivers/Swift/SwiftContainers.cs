using System.Buffers;

namespace GlanceStore.Drivers.Swift;

/// <summary>Which container an image lies in.</summary>
internal static class SwiftContainers
{
    /// <summary>The most characters of an id that name a container: all of a UUID's digits.</summary>
    public const int LongestSeed = 32;

    // 256 bytes at most in Swift, 255 in Ceph, and an id or a part of it may follow.
    private const int LongestName = 200;

    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    public static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && !name.AsSpan().ContainsAnyExcept(Plain) && name is not ("." or "..");

    /// <summary>The container of an image in a store of one account.</summary>
    public static string Of(SwiftDriverOptions options, string id) =>
        options.ContainersSeed == 0 ? options.Container : $"{options.Container}_{Slice(id, options.ContainersSeed)}";

    /// <summary>The container of an image that lies in its owner's account.</summary>
    public static string OfTenant(SwiftDriverOptions options, string id) => $"{options.Container}_{id}";

    /// <summary>Whether an image of the store may lie in a container: in the one, or in one that any seed makes of the id.</summary>
    public static bool MayHold(SwiftDriverOptions options, string container, string id)
    {
        if (options.MultiTenant)
        {
            return container == OfTenant(options, id);
        }

        return container == options.Container || (container.StartsWith(options.Container + "_", StringComparison.Ordinal)
            && Enumerable.Range(1, LongestSeed).Any(seed => container.AsSpan(options.Container.Length + 1).SequenceEqual(Slice(id, seed))));
    }

    // The first N characters, and one more for each dash among them: OpenStack's library counts the dashes and keeps them.
    private static string Slice(string id, int seed)
    {
        var lower = id.ToLowerInvariant();
        var first = lower.AsSpan(0, Math.Min(seed, lower.Length));
        return lower[..Math.Min(lower.Length, seed + first.Count('-'))];
    }
}
