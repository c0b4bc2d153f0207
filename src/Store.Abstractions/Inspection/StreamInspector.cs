namespace GlanceStore;

/// <summary>Finds out what an image is from its bytes as they pass by.</summary>
/// <remarks>
/// Given: the bytes come once, in order, in pieces of any length, from one thread at a time. Must: give the same verdict for the same bytes
/// however they are cut, throw for no content, and keep no more than <see cref="HeldBytes"/> tells.
/// </remarks>
public abstract class StreamInspector
{
    /// <summary>How many bytes of the image it keeps at the moment, a few MiB at most; the put counts them in its memory budget.</summary>
    public abstract long HeldBytes { get; }

    /// <summary>Takes the next bytes.</summary>
    public abstract void Append(ReadOnlySpan<byte> bytes);

    /// <summary>The verdict, once all bytes have come. Ends the inspector.</summary>
    public abstract ImageInspection Complete();
}
