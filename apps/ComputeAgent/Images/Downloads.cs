namespace GlanceStore.ComputeAgent.Images;

/// <summary>So many downloads at once and no more; of those that wait, the ones of the highest priority first, and of those the oldest.</summary>
internal sealed class Downloads(int most)
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<AgentImage, (int Priority, long Order)> _waiting = new();
    private readonly HashSet<Task> _running = [];
    private readonly CancellationTokenSource _stopping = new();
    private long _order;

    public int Running
    {
        get
        {
            lock (_lock)
            {
                return _running.Count;
            }
        }
    }

    /// <summary>Takes an image that waits. Once more where its priority has risen; the turn that comes first is the one.</summary>
    public void Add(AgentImage image, Func<AgentImage, CancellationToken, Task> download)
    {
        lock (_lock)
        {
            _waiting.Enqueue(image, (-image.Record.Priority, _order++));
        }

        Begin(download);
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        Task[] running;
        lock (_lock)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running);
    }

    private void Begin(Func<AgentImage, CancellationToken, Task> download)
    {
        lock (_lock)
        {
            while (_running.Count < most && !_stopping.IsCancellationRequested && _waiting.TryDequeue(out var image, out _))
            {
                if (image.TryBegin(_stopping.Token) is { } turn)
                {
                    var done = new TaskCompletionSource();
                    _running.Add(done.Task);
                    _ = RunAsync(image, turn, download, done);
                }
            }
        }
    }

    private async Task RunAsync(AgentImage image, CancellationTokenSource turn, Func<AgentImage, CancellationToken, Task> download, TaskCompletionSource done)
    {
        await Task.Yield(); // out of the lock
        try
        {
            await download(image, turn.Token);
        }
        finally
        {
            lock (_lock)
            {
                _running.Remove(done.Task);
            }

            turn.Dispose();
            done.SetResult();
            Begin(download);
        }
    }
}
