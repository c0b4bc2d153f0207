namespace GlanceStore.Drivers.Azure;

public sealed partial class AzureDriver
{
    /// <inheritdoc/>
    /// <remarks>
    /// The token is the writer's part of its blocks' names. An upload without a block cannot be told from one that the service discarded: it is
    /// opened, and holds nothing.
    /// </remarks>
    public async ValueTask<DriverWriter> ReopenWriteAsync(ImageId id, WriteIntent intent, string token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(intent);
        ArgumentNullException.ThrowIfNull(token);
        var location = LocationOf(id);
        var blocks = await _container.BlocksOfAsync(location, cancellationToken).ConfigureAwait(false);
        if (!Guid.TryParseExact(token, "N", out var writer) || (blocks?.CommittedBlocks.Any(block => block.Name == AzureBlock.IdOf(writer, 0)) ?? false))
        {
            throw new StoreException(StoreError.NotFound, $"There is no such upload to {location}.");
        }

        var before = intent.Mode == WriteMode.Replace ? await _container.FindAsync(location, cancellationToken).ConfigureAwait(false) : null;
        return new AzureWriter(_container, location, writer, intent, before, _logger)
        {
            Held = (blocks?.UncommittedBlocks ?? []).ToDictionary(block => block.Name, block => block.SizeLong),
        };
    }
}
