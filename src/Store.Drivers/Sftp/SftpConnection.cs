using Renci.SshNet;

namespace GlanceStore.Drivers.Sftp;

/// <summary>One connection, which any number of operations share; it is opened by whoever is first, and for all.</summary>
internal sealed class SftpConnection : IDisposable
{
    /// <summary>
    /// How many writes of up to 32 KiB are under way at once. Together they fit OpenSSH's window of 2 MiB, at whose end the library would
    /// block whoever sends anything on the connection, readers too, until the server takes more.
    /// </summary>
    public const int MaxRequests = 48;

    private readonly Lock _lock = new();
    private TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _files;
    private int _opening;
    private long _closed;
    private volatile bool _isRetired;
    private volatile SftpClient? _connected;

    public SftpConnection(Func<Task<SftpClient>> connect) => Client = ConnectAsync(connect);

    public Task<SftpClient> Client { get; }

    /// <summary>What writes on it.</summary>
    public SftpWriteThreads Writers { get; } = new(MaxRequests);

    /// <summary>How many operations use it; kept by the pool.</summary>
    public int Users { get; set; }

    /// <summary>Whether another operation may begin on it.</summary>
    public bool IsUsable => !_isRetired && (_connected?.IsConnected ?? !Client.IsCompleted);

    /// <summary>Counts a file in that is about to be opened; how many were closed before.</summary>
    public long Opening()
    {
        lock (_lock)
        {
            _opening++;
            return _closed;
        }
    }

    /// <summary>The file is open; how many are now.</summary>
    public int Opened()
    {
        lock (_lock)
        {
            _opening--;
            return ++_files;
        }
    }

    /// <summary>The file could not be opened.</summary>
    public void NotOpened()
    {
        lock (_lock)
        {
            _opening--;
            Signal();
        }
    }

    /// <summary>Counts a file out.</summary>
    public void Closed()
    {
        lock (_lock)
        {
            _files--;
            _closed++;
            Signal();
        }
    }

    /// <summary>Waits until more files were closed than so many; false where none is open, nor about to be, that could be.</summary>
    public async Task<bool> SeesClosedAsync(long before, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task ended;
            lock (_lock)
            {
                if (_closed > before || _files + _opening == 0)
                {
                    return _closed > before;
                }

                ended = _ended.Task;
            }

            await ended.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives it to nobody else: it broke, or a request on it was given up and may never be answered.</summary>
    public void Retire() => _isRetired = true;

    /// <summary>Ends it, in the background: the library waits for the server to say goodbye.</summary>
    public void Dispose()
    {
        Retire();
        _ = EndAsync();
    }

    private async Task<SftpClient> ConnectAsync(Func<Task<SftpClient>> connect) => _connected = await connect().ConfigureAwait(false);

    private void Signal()
    {
        _ended.TrySetResult();
        _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private async Task EndAsync()
    {
        try
        {
            var client = await Client.ConfigureAwait(false);
            await SftpThread.RunAsync(client.Dispose).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreException || SftpErrors.From(e, "") is not null)
        {
            // it was never open, or is gone already
        }
        finally
        {
            Writers.Dispose();
        }
    }
}
