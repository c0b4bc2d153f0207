namespace GlanceStore.ImageService.Images;

/// <summary>A row of the table <c>images</c>.</summary>
internal sealed record ImageRow
{
    public string Id { get; init; } = "";

    public string? Name { get; init; }

    public string Status { get; init; } = "";

    public string Visibility { get; init; } = "";

    public string? Owner { get; init; }

    public string? DiskFormat { get; init; }

    public string? ContainerFormat { get; init; }

    public long? Size { get; init; }

    public long? VirtualSize { get; init; }

    public string? Checksum { get; init; }

    public string? OsHashAlgo { get; init; }

    public string? OsHashValue { get; init; }

    public long MinDisk { get; init; }

    public long MinRam { get; init; }

    public long Protected { get; init; }

    public long OsHidden { get; init; }

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    /// <summary>Whether its caller chose the id: then there may be data of that name that are none of this service's.</summary>
    public long IdGiven { get; init; }

    public string? StatusBefore { get; init; }

    /// <summary>What the transfer calls itself that has the image to itself; null where none has.</summary>
    public string? UploadId { get; init; }

    /// <summary>The stores it stores in, parted by commas.</summary>
    public string? UploadStore { get; init; }

    public long? LeaseUntil { get; init; }

    /// <summary>The receipt of what was staged; null where nothing is.</summary>
    public string? Staged { get; init; }
}

/// <summary>A place of an image, without its receipt, which can be long.</summary>
internal sealed class LocationRow
{
    public string ImageId { get; init; } = "";

    public long Position { get; init; }

    public string Store { get; init; } = "";

    public string Url { get; init; } = "";

    public string? Account { get; init; }

    public string Status { get; init; } = "";

    public ImageLocation Location => new(Url, Store) { Account = Account };
}

/// <summary>An image with what is kept of it in other tables.</summary>
internal sealed record ImageRecord(ImageRow Row)
{
    public IReadOnlyDictionary<string, string?> Properties { get; init; } = new Dictionary<string, string?>();

    public IReadOnlyList<string> Tags { get; init; } = [];

    public IReadOnlyList<LocationRow> Locations { get; init; } = [];

    /// <summary>The projects that it is shared with, whatever they answered.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];
}

/// <summary>The states of an image, as its column has them.</summary>
internal static class ImageStatus
{
    public const string Queued = "queued";
    public const string Saving = "saving";
    public const string Uploading = "uploading";
    public const string Importing = "importing";
    public const string Active = "active";
    public const string Deactivated = "deactivated";
    public const string PendingDelete = "pending_delete";
    public const string Deleted = "deleted";

    /// <summary>Whether an image in that state is there for anybody.</summary>
    public static bool IsGone(string status) => status is PendingDelete or Deleted;
}

/// <summary>Times as the database has them: microseconds since 1970.</summary>
internal static class DbTime
{
    public static long Of(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long Now(TimeProvider time) => Of(time.GetUtcNow());

    /// <summary>As the API writes times: to the second.</summary>
    public static string Text(long time) =>
        DateTimeOffset.UnixEpoch.AddTicks(time * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
