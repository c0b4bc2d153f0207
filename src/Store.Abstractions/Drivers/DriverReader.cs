namespace GlanceStore.Drivers;

/// <summary>An open image, or a range of it.</summary>
public abstract class DriverReader : IAsyncDisposable
{
    /// <summary>What the backend said of the image: its whole size, whatever the range, and its version tag.</summary>
    public abstract StoredObject Object { get; }

    /// <summary>Reads the next bytes.</summary>
    /// <returns>How many, at most the buffer's length; 0 at the end of the range, and only there.</returns>
    /// <remarks>
    /// <em>Given</em>: a buffer of at least one byte; one call at a time. <em>Must</em> throw a transient error where the backend ends the
    /// bytes before the range does, so that the front goes on at the same offset.
    /// </remarks>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Lets go of the connection or the handle. <em>Must</em> not throw, and be safe to call twice.</summary>
    public abstract ValueTask DisposeAsync();
}
