using System.Numerics;

namespace GlanceStore.Drivers.Rbd;

public sealed partial record RbdDriverOptions
{
    // What librbd takes: orders of 12 to 25.
    internal const int FewestObjectBytes = 1 << 12;
    internal const int MostObjectBytes = (1 << 26) - 1;

    private static readonly TimeSpan LeastTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostTimeout = TimeSpan.FromHours(1);

    /// <summary>The logarithm of an object's bytes, as RBD counts.</summary>
    internal int Order => BitOperations.Log2((uint)ObjectBytes);

    /// <summary>The pool without its namespace, and the namespace.</summary>
    internal (string Name, string? Namespace) PoolParts =>
        Pool.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? (Pool[..slash], Pool[(slash + 1)..]) : (Pool, null);

    /// <summary>What is wrong with these options, one sentence each; empty where nothing is.</summary>
    public IReadOnlyList<string> Mistakes() => [.. PlaceMistakes(), .. LimitMistakes()];

    private IEnumerable<string> PlaceMistakes()
    {
        if (Pool.Split('/') is not ([{ Length: > 0 }] or [{ Length: > 0 }, { Length: > 0 }]) || Pool.Contains('\0', StringComparison.Ordinal))
        {
            yield return "'Pool' is not the name of a pool, or of a pool and a namespace parted by '/'";
        }

        if (User is { } user && (user.Length == 0 || user.StartsWith("client.", StringComparison.Ordinal)))
        {
            yield return "'User' is not the name of a user without 'client.' before it";
        }

        if (DataPool is { } dataPool && (dataPool.Length == 0 || dataPool.AsSpan().ContainsAny('/', '\0')))
        {
            yield return "'DataPool' is not the name of a pool";
        }

        if (CephConf is { } conf && !File.Exists(conf))
        {
            yield return $"'CephConf' names {conf}, and there is no such file";
        }
    }

    private IEnumerable<string> LimitMistakes()
    {
        if (ObjectBytes is < FewestObjectBytes or > MostObjectBytes)
        {
            yield return $"'ObjectBytes' is not a whole number from {FewestObjectBytes} to {MostObjectBytes}";
        }

        foreach (var (name, timeout) in new[] { (nameof(ConnectTimeout), ConnectTimeout), (nameof(OperationTimeout), OperationTimeout) })
        {
            if (timeout < LeastTimeout || timeout > MostTimeout)
            {
                yield return $"'{name}' is not a time span from a second to an hour";
            }
        }
    }
}
