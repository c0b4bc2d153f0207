namespace GlanceStore.Cli.Serving;

/// <summary>A chunk of a served image, on its way or here.</summary>
internal sealed class KeptChunk(int index, byte[] bytes)
{
    private readonly TaskCompletionSource _fetched = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Index => index;

    /// <summary>Where it is put; longer than it where it is the last.</summary>
    public byte[] Bytes => bytes;

    /// <summary>Ends once it is here, verified where there is something to verify it with, or could not be fetched.</summary>
    public Task Fetched => _fetched.Task;

    /// <summary>How many read it now.</summary>
    public int Users { get; set; }

    /// <summary>When it was read last.</summary>
    public long Used { get; set; }

    public void Complete() => _fetched.SetResult();

    public void Fail(Exception e)
    {
        _fetched.SetException(e);
        _ = _fetched.Task.Exception; // nobody may wait for one that was fetched ahead
    }
}
