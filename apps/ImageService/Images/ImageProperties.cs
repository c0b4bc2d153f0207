using GlanceStore.ImageService.Http;

namespace GlanceStore.ImageService.Images;

/// <summary>The properties that the API knows, and which names callers may give to their own.</summary>
internal static class ImageProperties
{
    /// <summary>What the service itself found out about an image stands in properties of this prefix.</summary>
    public const string OwnPrefix = "glancestore_";

    private const string GlancePrefix = "os_glance_";
    private const string Uuid = "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$";

    private static readonly string[] ReservedNames = ["location", "deleted", "deleted_at", "is_public"];

    public static readonly IReadOnlyList<string> DiskFormats = ["ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"];

    public static readonly IReadOnlyList<string> ContainerFormats = ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"];

    public static readonly IReadOnlyList<string> Visibilities = ["community", "public", "private", "shared"];

    /// <summary>All of them, in the order in which the schema and an image tell them.</summary>
    public static readonly IReadOnlyList<ImageProperty> All =
    [
        new("id", "string", "An identifier for the image") { Pattern = Uuid },
        new("name", "string", "Descriptive name for the image") { IsNullable = true },
        new("status", "string", "Status of the image") { IsReadOnly = true, Values = ["queued", "saving", "active", "killed", "deleted", "uploading", "importing", "pending_delete", "deactivated"] },
        new("visibility", "string", "Scope of image accessibility") { Values = Visibilities },
        new("protected", "boolean", "If true, image will not be deletable."),
        new("os_hidden", "boolean", "If true, image will not appear in default image list response."),
        new("checksum", "string", "md5 hash of image contents.") { IsReadOnly = true, IsNullable = true },
        new("os_hash_algo", "string", "Algorithm to calculate the os_hash_value") { IsReadOnly = true, IsNullable = true },
        new("os_hash_value", "string", "Hexdigest of the image contents using the algorithm specified by the os_hash_algo") { IsReadOnly = true, IsNullable = true },
        new("owner", "string", "Owner of the image") { IsNullable = true },
        new("size", "integer", "Size of image file in bytes") { IsReadOnly = true, IsNullable = true },
        new("virtual_size", "integer", "Virtual size of image in bytes") { IsReadOnly = true, IsNullable = true },
        new("container_format", "string", "Format of the container") { IsNullable = true, Values = ContainerFormats },
        new("disk_format", "string", "Format of the disk") { IsNullable = true, Values = DiskFormats },
        new("created_at", "string", "Date and time of image registration") { IsReadOnly = true },
        new("updated_at", "string", "Date and time of the last image modification") { IsReadOnly = true },
        new("tags", "array", "List of strings related to the image"),
        new("direct_url", "string", "URL to access the image file kept in external store") { IsReadOnly = true },
        new("min_ram", "integer", "Amount of ram (in MB) required to boot image."),
        new("min_disk", "integer", "Amount of disk space (in GB) required to boot image."),
        new("self", "string", "An image self url") { IsReadOnly = true },
        new("file", "string", "An image file url") { IsReadOnly = true },
        new("schema", "string", "An image schema url") { IsReadOnly = true },
        new("locations", "array", "A set of URLs to access the image file kept in external store"),
        new("kernel_id", "string", "ID of image stored in Glance that should be used as the kernel when booting an AMI-style image.") { IsBase = false, IsNullable = true, Pattern = Uuid },
        new("ramdisk_id", "string", "ID of image stored in Glance that should be used as the ramdisk when booting an AMI-style image.") { IsBase = false, IsNullable = true, Pattern = Uuid },
        new("instance_uuid", "string", "Metadata which can be used to record which instance this image is associated with. (Informational only, does not create an instance snapshot.)") { IsBase = false },
        new("architecture", "string", "Operating system architecture.") { IsBase = false },
        new("os_distro", "string", "Common name of operating system distribution.") { IsBase = false },
        new("os_version", "string", "Operating system version as specified by the distributor.") { IsBase = false },
    ];

    private static readonly Dictionary<string, ImageProperty> ByName = All.ToDictionary(property => property.Name);

    public static ImageProperty? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The property that every image has under that name; null where it is a caller's own.</summary>
    public static ImageProperty? FindBase(string name) => Find(name) is { IsBase: true } found ? found : null;

    /// <summary>Whether a property of that name says what the service itself found out, or is doing.</summary>
    public static bool IsOfService(string name) => name.StartsWith(GlancePrefix, StringComparison.Ordinal) || name.StartsWith(OwnPrefix, StringComparison.Ordinal);

    /// <summary>Refuses the names that only the service sets. <c>stores</c> is not always in the schema, and read-only all the same.</summary>
    public static void RequireSettable(string name)
    {
        if (name == "stores" || Find(name) is { IsReadOnly: true })
        {
            throw ApiException.Forbidden($"Attribute '{name}' is read-only.");
        }

        if (ReservedNames.Contains(name) || IsOfService(name))
        {
            throw ApiException.Forbidden($"Attribute '{name}' is reserved.");
        }
    }
}
