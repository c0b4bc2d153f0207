namespace GlanceStore.ImageService.Tests;

/// <summary>Bytes that look random and are the same every time.</summary>
internal static class SomeBytes
{
    public static byte[] Of(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

/// <summary>A body that gives its first part at once and the rest when it is let go on.</summary>
internal sealed class PausedContent(byte[] data, int first) : HttpContent
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the first part was sent.</summary>
    public Task Begun => _begun.Task;

    public void GoOn() => _goOn.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
    {
        await stream.WriteAsync(data.AsMemory(0, first));
        await stream.FlushAsync();
        _begun.TrySetResult();
        await _goOn.Task;
        await stream.WriteAsync(data.AsMemory(first));
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
