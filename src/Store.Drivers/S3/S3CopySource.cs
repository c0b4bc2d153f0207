namespace GlanceStore.Drivers.S3;

/// <summary>What is copied: an object of a bucket, and the version it must still have.</summary>
/// <remarks>
/// <c>x-amz-copy-source-if-match</c> pins a copy to it, but Ceph ignores that header, and Swift compares it with another tag than it shows of an object
/// of many parts. So the driver looks as well, and what changes between a look and a copy, the front's verification finds.
/// </remarks>
internal sealed record S3CopySource(S3Bucket Place, StoredObject Image)
{
    public string Bucket => Place.Name;

    public string Key => Place.KeyOf(Image.Location);

    /// <summary>The value of the condition, or null for none.</summary>
    public string? IfMatch { get; private init; } = Image.VersionTag is { } tag ? $"\"{tag}\"" : null;

    /// <exception cref="StoreException"><see cref="StoreError.Changed"/> or <see cref="StoreError.NotFound"/>: it is no longer that version, or not there.</exception>
    public async Task RequireSameAsync(CancellationToken cancellationToken)
    {
        var now = await Place.FindAsync(Image.Location, cancellationToken).ConfigureAwait(false)
            ?? throw new StoreException(StoreError.NotFound, $"There is no image at {Image.Location}.");
        if (now.VersionTag != Image.VersionTag)
        {
            throw new StoreException(StoreError.Changed, $"The image at {Image.Location} was replaced before it was copied.");
        }
    }

    /// <summary>Makes a request with the condition, and without it where the server says of the right version that it is another one.</summary>
    public async Task<T> PinnedAsync<T>(Func<S3CopySource, Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request(this).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error == StoreError.Changed && IfMatch is not null)
        {
            await RequireSameAsync(cancellationToken).ConfigureAwait(false);
            return await request(this with { IfMatch = null }).ConfigureAwait(false);
        }
    }
}
