namespace GlanceStore;

/// <summary>The types of glance's stores, by all of their names.</summary>
internal static class GlanceStoreTypes
{
    private static readonly string[] Foreign = ["cinder", "vmware", "vsphere", "sheepdog", "gridfs"];

    /// <summary>The type of a name in <c>enabled_backends</c> or <c>stores</c>, the names of old included.</summary>
    public static string Named(string name) => name switch
    {
        "filesystem" or "glance.store.filesystem.Store" => "file",
        "https" or "glance.store.http.Store" => "http",
        "glance.store.swift.Store" => "swift",
        "glance.store.s3.Store" => "s3",
        "glance.store.rbd.Store" => "rbd",
        "glance.store.cinder.Store" => "cinder",
        "glance.store.vmware_datastore.Store" => "vmware",
        _ => name.ToLowerInvariant(),
    };

    /// <summary>The type whose locations have a scheme.</summary>
    public static string OfScheme(string scheme) => Named(scheme.Split('+')[0]);

    public static bool IsKnown(string type) => GlanceOptions.ByType.ContainsKey(type);

    /// <summary>Whether glance has such stores and nobody offers a driver for them here.</summary>
    public static bool IsForeign(string type) => type.Length == 0 || Foreign.Contains(type);

    /// <summary>Whether a store of the type makes no sense without an option: an HTTP store does.</summary>
    public static bool NeedsSection(string type) => type != "http";
}
