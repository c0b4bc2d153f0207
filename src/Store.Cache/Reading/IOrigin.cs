namespace GlanceStore.Cache.Reading;

/// <summary>Where the bytes of an entry come from.</summary>
internal interface IOrigin : IAsyncDisposable
{
    /// <summary>Opens a stretch of them.</summary>
    Task<Stream> OpenAsync(long offset, long length, CancellationToken cancellationToken);

    /// <summary>Whether a stretch is known to be zeros without reading it.</summary>
    ValueTask<bool> IsHoleAsync(long offset, long length, CancellationToken cancellationToken);
}
