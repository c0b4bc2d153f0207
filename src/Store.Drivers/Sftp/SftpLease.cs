using Renci.SshNet;

namespace GlanceStore.Drivers.Sftp;

/// <summary>The right to use a connection until it is disposed.</summary>
internal sealed class SftpLease(SftpConnections connections, SftpConnection connection, SftpClient client, SftpHabits habits) : IDisposable
{
    private bool _isReturned;

    public bool IsUsable => connection.IsUsable;

    public SftpConnection Connection => connection;

    /// <summary>What is known of the server.</summary>
    public SftpHabits Habits => habits;

    /// <summary>Makes one call. Its failure is put in the store's words, and a connection it broke is given to nobody else.</summary>
    public async Task<T> RunAsync<T>(string what, Func<SftpClient, Task<T>> call)
    {
        try
        {
            return await call(client).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (SftpErrors.EndsConnection(e))
            {
                connection.Retire();
            }

            if (SftpErrors.From(e, what) is { } error)
            {
                throw error;
            }

            throw;
        }
    }

    /// <inheritdoc cref="RunAsync{T}(string, Func{SftpClient, Task{T}})"/>
    public Task RunAsync(string what, Func<SftpClient, Task> call) => RunAsync(what, async client =>
    {
        await call(client).ConfigureAwait(false);
        return true;
    });

    /// <summary>
    /// Opens a file, and counts it in. Where the server refuses, others are open on the connection and nobody knows it to open several, they may be the
    /// reason: the next to be closed is waited for. One that was refused as well is no reason.
    /// </summary>
    public async Task OpenAsync(Func<Task> open, CancellationToken cancellationToken)
    {
        while (true)
        {
            var closed = connection.Opening();
            try
            {
                await open().ConfigureAwait(false);
                habits.OpensSeveral |= connection.Opened() > 1;
                return;
            }
            catch (Exception e)
            {
                connection.NotOpened();
                if (e is not StoreException refused || !SftpErrors.IsRefusal(refused) || habits.OpensSeveral
                    || !await connection.SeesClosedAsync(closed, cancellationToken).ConfigureAwait(false))
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Counts a file in that is open on the connection beside another.</summary>
    public void CountIn()
    {
        connection.Opening();
        connection.Opened();
    }

    /// <summary>Counts it out: it is closed, or its connection is given up.</summary>
    public void CountOut() => connection.Closed();

    /// <summary>Makes one call that blocks, on a thread of its own.</summary>
    public Task RunBlockingAsync(string what, Action<SftpClient> call, CancellationToken cancellationToken) =>
        RunAsync(what, client => SftpThread.RunAsync(() => call(client)).WaitAsync(cancellationToken));

    public void Dispose()
    {
        if (!_isReturned)
        {
            _isReturned = true;
            connections.Return(connection);
        }
    }
}
