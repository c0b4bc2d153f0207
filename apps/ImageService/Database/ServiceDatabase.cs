using System.Data.Common;
using Dapper;
using GlanceStore.ImageService.Events;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace GlanceStore.ImageService.Database;

/// <summary>The service's database: SQLite in a file, or PostgreSQL. All that is kept is in it, so that several processes can serve.</summary>
internal sealed class ServiceDatabase : IAsyncDisposable
{
    private const string SqlitePrefix = "sqlite:";
    private const int MaxAttempts = 5;

    private readonly DbDataSource _source;
    private readonly SqlDialect _dialect;
    private readonly Outbox? _outbox;
    private readonly SemaphoreSlim? _writers;
    private readonly string? _file;

    static ServiceDatabase() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    private ServiceDatabase(DbDataSource source, SqlDialect dialect, string? file, Outbox? outbox)
    {
        _file = file;
        _source = source;
        _dialect = dialect;
        _outbox = outbox;
        _writers = dialect.HasOneWriter ? new SemaphoreSlim(1) : null;
    }

    /// <summary>Names the database; nothing is opened yet.</summary>
    /// <param name="text"><c>sqlite:PATH</c> or a connection string of PostgreSQL; null for the file in the data folder.</param>
    /// <param name="outbox">Where what happens is told; null where nobody is to be told.</param>
    public static ServiceDatabase Of(string? text, Outbox? outbox = null)
    {
        text ??= SqlitePrefix + Path.Combine(DataFolder.Ensure(), "images.db");
        if (!text.StartsWith(SqlitePrefix, StringComparison.OrdinalIgnoreCase))
        {
            return new ServiceDatabase(NpgsqlDataSource.Create(text), new PostgreSqlDialect(), null, outbox);
        }

        var connection = new SqliteConnectionStringBuilder { DataSource = text[SqlitePrefix.Length..], ForeignKeys = true };
        return new ServiceDatabase(SqliteFactory.Instance.CreateDataSource(connection.ConnectionString), new SqliteDialect(), connection.DataSource, outbox);
    }

    /// <summary>Whether a text names a database. It may hold a password, so nothing of it is told.</summary>
    public static bool IsNamedBy(string text)
    {
        if (text.StartsWith(SqlitePrefix, StringComparison.OrdinalIgnoreCase))
        {
            return text.Length > SqlitePrefix.Length;
        }

        try
        {
            return !string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(text).Host);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            return false;
        }
    }

    /// <summary>Brings the schema up to date. Of several processes that start together one does it.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        if (_dialect.Preparation is { } preparation)
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition(preparation, cancellationToken: cancellationToken));
        }

        await WriteAsync(session => Migrations.ApplyAsync(session, _dialect), cancellationToken);
    }

    /// <summary>Makes sure that the database is there and has the schema that this service knows. Nothing is changed.</summary>
    /// <exception cref="InvalidOperationException">It is not, or has not.</exception>
    public async Task RequireCurrentAsync(CancellationToken cancellationToken)
    {
        if (_file is { } file && !File.Exists(file))
        {
            throw new InvalidOperationException($"There is no database '{file}': name the one of the service with --ImageService:Database, or its settings with --config.");
        }

        var version = await ReadAsync(session => session.FindAsync<long?>("SELECT MAX(version) FROM schema_version"), cancellationToken);
        if (version != Migrations.Version)
        {
            throw new InvalidOperationException($"The database has version {version ?? 0} of the schema and this program knows {Migrations.Version}: use the program that the service is run with.");
        }
    }

    /// <summary>Reads what was true at one moment.</summary>
    public async Task<T> ReadAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await _dialect.BeginReadAsync(connection, cancellationToken);
        return await work(new DbSession(transaction, _dialect, cancellationToken));
    }

    /// <summary>Changes all that <paramref name="work"/> says, or nothing where it throws. It may be run several times.</summary>
    public async Task<T> WriteAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await WriteOnceAsync(work, cancellationToken);
            }
            catch (DbException e) when (attempt < MaxAttempts && _dialect.IsConflict(e))
            {
                // The one that it collided with has ended by now.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _writers?.Dispose();
        await _source.DisposeAsync();
    }

    // SQLite's writers come one after the other here: each of them trying would be a row of pauses.
    private async Task<T> WriteOnceAsync<T>(Func<DbSession, Task<T>> work, CancellationToken cancellationToken)
    {
        var isTold = false;
        await (_writers?.WaitAsync(cancellationToken) ?? Task.CompletedTask);
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await _dialect.BeginWriteAsync(connection, cancellationToken);
            var session = new DbSession(transaction, _dialect, cancellationToken);
            var result = await work(session);
            isTold = _outbox is not null && await _outbox.WriteAsync(session);
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        finally
        {
            _writers?.Release();
            if (isTold)
            {
                _outbox?.Wake();
            }
        }
    }
}
