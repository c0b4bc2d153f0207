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
    private TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _files;
    private int _opening;
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

    /// <summary>Counts a file in that is about to be opened; done when the next on the connection is closed or failed to open.</summary>
    public Task Opening()
    {
        lock (_lock)
        {
            _opening++;
            return _closed.Task;
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

    /// <summary>The file could not be opened; how many others there are, and when the next of them is closed.</summary>
    public (int Others, Task NextClosed) NotOpened()
    {
        lock (_lock)
        {
            _opening--;
            Signal();
            return (_files + _opening, _closed.Task);
        }
    }

    /// <summary>Counts a file out.</summary>
    public void Closed()
    {
        lock (_lock)
        {
            _files--;
            Signal();
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
        _closed.TrySetResult();
        _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
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
