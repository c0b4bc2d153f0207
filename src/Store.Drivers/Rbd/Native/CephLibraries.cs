using System.Runtime.InteropServices;

namespace GlanceStore.Drivers.Rbd.Native;

/// <summary>Ceph's two client libraries, looked for when they are first needed.</summary>
internal static class CephLibraries
{
    /// <summary>librados by the name that every distribution gives it; no development package is needed.</summary>
    public const string Rados = "librados.so.2";

    /// <summary>librbd, likewise.</summary>
    public const string Rbd = "librbd.so.1";

    /// <summary>The library that is not installed, or not for this kind of process; null where both can be loaded. Looked for each time.</summary>
    public static string? Missing => FirstMissing([Rados, Rbd]);

    /// <summary>The first of some libraries that cannot be loaded; null where all can.</summary>
    public static string? FirstMissing(IEnumerable<string> libraries) => libraries.FirstOrDefault(library => !NativeLibrary.TryLoad(library, out _));

    /// <summary>The version of librbd as its interface counts it: 1.16.0 for Ceph 16.2.</summary>
    public static string RbdVersion
    {
        get
        {
            RbdCalls.Version(out var major, out var minor, out var extra);
            return FormattableString.Invariant($"{major}.{minor}.{extra}");
        }
    }
}
