using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace GlanceStore.ImageService.Database;

/// <summary>The few things that the two databases say differently.</summary>
internal abstract class SqlDialect
{
    /// <summary>The type of a text that sorts by its code points.</summary>
    public abstract string TextType { get; }

    /// <summary>The type of a key that the database counts up, and never gives twice.</summary>
    public abstract string SequenceType { get; }

    /// <summary>What keeps the rows of a SELECT for the transaction that read them.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>The same, passing over rows that another transaction keeps.</summary>
    public abstract string SkipLocked { get; }

    /// <summary>Whether only one transaction can write at a time, so that waiting for one's turn beats trying.</summary>
    public abstract bool HasOneWriter { get; }

    /// <summary>Whether the transaction was given up for another one's sake and will do when it is run again.</summary>
    public abstract bool IsConflict(DbException error);

    public abstract ValueTask<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancellationToken);

    public abstract ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>What is run before the schema is looked at, so that of several processes that start one does it.</summary>
    public abstract string BeforeMigration { get; }

    /// <summary>What is run once for a database, outside of every transaction; null for nothing.</summary>
    public abstract string? Preparation { get; }
}

internal sealed class SqliteDialect : SqlDialect
{
    public override string TextType => "TEXT";

    public override string SequenceType => "INTEGER PRIMARY KEY AUTOINCREMENT";

    public override string ForUpdate => "";

    public override string SkipLocked => "";

    public override bool HasOneWriter => true;

    public override string BeforeMigration => "SELECT 1";

    // Readers go on while one writes.
    public override string? Preparation => "PRAGMA journal_mode = WAL";

    public override bool IsConflict(DbException error) => false;

    public override ValueTask<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancellationToken) =>
        new(((SqliteConnection)connection).BeginTransaction(deferred: true));

    // At once a writer's: one that read first and wrote later could find that somebody wrote in between.
    public override ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken) =>
        new(((SqliteConnection)connection).BeginTransaction(deferred: false));
}

internal sealed class PostgreSqlDialect : SqlDialect
{
    // Any number that nobody else uses in this database.
    private const long MigrationLock = 0x676c616e63652d69;

    public override string TextType => "TEXT COLLATE \"C\"";

    public override string SequenceType => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";

    // As an UPDATE keeps it. FOR UPDATE waits for whoever adds a row that refers to it, too, and two of those who then keep it would wait for each other.
    public override string ForUpdate => " FOR NO KEY UPDATE";

    public override string SkipLocked => " FOR UPDATE SKIP LOCKED";

    public override bool HasOneWriter => false;

    public override string BeforeMigration => $"SELECT pg_advisory_xact_lock({MigrationLock})";

    public override string? Preparation => null;

    public override bool IsConflict(DbException error) =>
        error.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    public override ValueTask<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancellationToken) =>
        connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);

    public override ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken) =>
        connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
}
