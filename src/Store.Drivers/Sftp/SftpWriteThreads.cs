namespace GlanceStore.Drivers.Sftp;

/// <summary>
/// The threads of one connection that write: the library's write returns when the server has answered, and costs far less of the processor
/// than its asynchronous one. They are started as they are needed and end with the connection.
/// </summary>
internal sealed class SftpWriteThreads(int most) : IDisposable
{
    private readonly object _lock = new();
    private readonly Queue<Action> _work = new();
    private int _threads;
    private int _idle;
    private bool _isEnding;

    /// <summary>Does the work on the next thread that is free. What is left when the threads end is still done: it fails, as the connection is gone.</summary>
    public Task RunAsync(Action work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isEnding, this);
            _work.Enqueue(() => Do(work, done));
            if (_idle < _work.Count && _threads < most)
            {
                _threads++;
                new Thread(Work) { IsBackground = true, Name = "SFTP write" }.Start();
            }

            Monitor.Pulse(_lock);
        }

        return done.Task;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isEnding = true;
            Monitor.PulseAll(_lock);
        }
    }

    private static void Do(Action work, TaskCompletionSource done)
    {
        try
        {
            work();
            done.SetResult();
        }
        catch (Exception e)
        {
            done.SetException(e);
        }
    }

    private void Work()
    {
        while (Next() is { } work)
        {
            work();
        }
    }

    private Action? Next()
    {
        lock (_lock)
        {
            while (_work.Count == 0 && !_isEnding)
            {
                _idle++;
                Monitor.Wait(_lock);
                _idle--;
            }

            return _work.TryDequeue(out var work) ? work : null;
        }
    }
}
