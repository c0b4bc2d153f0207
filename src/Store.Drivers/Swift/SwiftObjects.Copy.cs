namespace GlanceStore.Drivers.Swift;

/// <content>Copies within the cluster.</content>
internal sealed partial class SwiftObjects
{
    /// <summary>Lets the cluster copy a plain object of the account, and returns the ETag of the copy.</summary>
    public async Task<string?> CopyAsync(string fromContainer, string fromName, string container, string name, CancellationToken cancellationToken)
    {
        var copy = await PutAsync(container, name, "", ReadOnlyMemory<byte>.Empty,
            [("X-Copy-From", PathOf(fromContainer, fromName)), ("X-Fresh-Metadata", "true"), ("Content-Type", "application/octet-stream")], cancellationToken)
            .ConfigureAwait(false);
        return copy.ETag ?? (await FindAsync(container, name, cancellationToken).ConfigureAwait(false))?.ETag;
    }
}
