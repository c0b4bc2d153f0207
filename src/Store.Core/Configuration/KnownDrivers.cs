namespace GlanceStore;

/// <summary>The drivers that are published with the library, so that a missing one can be named with its package.</summary>
internal static class KnownDrivers
{
    private static readonly string[] Names = ["File", "Http", "S3", "Swift", "Azure", "Sftp", "Rbd", "Memory"];

    public static string Missing(string id, string type, IEnumerable<string> registered)
    {
        var name = Names.FirstOrDefault(name => name.Equals(type, StringComparison.OrdinalIgnoreCase));
        var remedy = name is null
            ? $"registered are {string.Join(", ", registered.Order(StringComparer.Ordinal).DefaultIfEmpty("none"))}"
            : $"reference the package GlanceStore.Drivers.{name} and call Add{name}() where stores are added";
        return $"The store '{id}' has the type '{type}', which no registered driver provides: {remedy}.";
    }
}
