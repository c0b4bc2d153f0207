namespace GlanceStore.Drivers;

/// <summary>The optional role of a driver whose uploads can be opened again, by another process too.</summary>
public interface IResumableWrites
{
    /// <summary>Opens an upload again that was begun with <see cref="WriteIntent.StaysOpen"/>.</summary>
    /// <remarks>
    /// <em>Given</em>: the id and the kind of intent it was begun with; may be called again after a failure. <em>Must</em> throw
    /// <see cref="StoreError.NotFound"/> where there is no such upload, whatever became of it, and for a token that is none of the driver's.
    /// Opened with an intent that is not to stay open, the upload is removed by disposing of its writer, as any other is.
    /// </remarks>
    /// <param name="id">The image's id.</param>
    /// <param name="intent">What the upload is going to be.</param>
    /// <param name="token">The <see cref="DriverWriter.Token"/> of the writer that began it; it comes from a file and may have been edited.</param>
    /// <param name="cancellationToken">Ends it.</param>
    ValueTask<DriverWriter> ReopenWriteAsync(ImageId id, WriteIntent intent, string token, CancellationToken cancellationToken);
}
