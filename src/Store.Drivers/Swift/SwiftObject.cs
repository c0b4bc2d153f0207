namespace GlanceStore.Drivers.Swift;

/// <summary>What the server says of an object.</summary>
internal sealed record SwiftObject(string Container, string Name)
{
    /// <summary>How many bytes a read would give; null where the server does not know, which it does not of a very long dynamic large object.</summary>
    public long? Size { get; init; }

    public string? ETag { get; init; }

    public DateTimeOffset? LastModified { get; init; }

    public bool IsStatic { get; init; }

    /// <summary><c>CONTAINER/PREFIX</c> of a dynamic large object's segments; null for anything else.</summary>
    public string? Dynamic { get; init; }

    /// <summary>The upload that a large object of this library was made by.</summary>
    public string? Upload { get; init; }

    /// <summary>The size that a dynamic large object of this library was made with.</summary>
    public long? Recorded { get; init; }

    /// <summary>The segments that a static large object of another program had before it was replaced, <c>CONTAINER/NAME</c>.</summary>
    public IReadOnlyList<string> Segments { get; init; } = [];

    public bool IsLarge => IsStatic || Dynamic is not null;

    /// <summary>Whether the object is held together by the manifest of an upload.</summary>
    public bool IsOf(SwiftSegments segments) => Upload is not null ? Upload == segments.Upload : Dynamic == $"{Container}/{segments.Prefix}";

    /// <summary>Whether the object is a dynamic large object, and another one is among the segments that its prefix finds.</summary>
    public bool Holds(string container, string name) => Dynamic is { } manifest && $"{container}/{name}".StartsWith(manifest, StringComparison.Ordinal);

    public static SwiftObject Of(string container, string name, HttpResponseMessage answer, long? size) => new(container, name)
    {
        Size = size,
        ETag = SwiftHeaders.ETag(answer),
        LastModified = answer.Content.Headers.LastModified,
        IsStatic = string.Equals(SwiftHeaders.Text(answer, "X-Static-Large-Object"), "true", StringComparison.OrdinalIgnoreCase),
        Dynamic = SwiftHeaders.Text(answer, "X-Object-Manifest") is { } manifest ? Uri.UnescapeDataString(manifest) : null,
        Upload = SwiftHeaders.Text(answer, SwiftManifests.UploadHeader),
        Recorded = SwiftHeaders.Number(answer, SwiftManifests.SizeHeader),
    };

    /// <summary>What the front is told of an image; an error where its parts do not add up.</summary>
    public StoredObject Describe(ImageLocation location)
    {
        if (Recorded is { } recorded && Size != recorded)
        {
            throw new StoreException(StoreError.Corrupted,
                $"The segments of {location} add up to {Size} bytes and the image has {recorded}: some are missing, or the container's listing lags.")
            {
                IsTransient = true,
            };
        }

        var size = Size ?? throw new StoreException(StoreError.Unsupported,
            $"The server does not say how large {location} is, so nobody could tell whether all of it arrived; check for a proxy that drops Content-Length.");
        return new StoredObject(location, size, ETag, LastModified)
        {
            Digest = !IsLarge && ETag is { Length: 32 } md5 && md5.All(char.IsAsciiHexDigitLower) ? new Digest("md5", md5) : null,
        };
    }
}

/// <summary>A line of a container's listing.</summary>
internal sealed record SwiftEntry(string Name, long Size, DateTimeOffset LastModified, string? Hash)
{
    private const string HashOfNothing = "d41d8cd98f00b204e9800998ecf8427e";

    /// <summary>The ETag of a static large object, whose <see cref="Hash"/> is the manifest's; null where the listing does not tell it.</summary>
    public string? LargeETag { get; init; }

    /// <summary>
    /// Whether the line may be about a manifest and not about the image: a dynamic large object has no bytes of its own, and of a static one Ceph
    /// (16.2) shows the manifest's length and the MD5 of nothing.
    /// </summary>
    public bool IsUnsure => LargeETag is null && Hash == HashOfNothing;
}
