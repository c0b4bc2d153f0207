using System.Data.Common;
using Dapper;

namespace GlanceStore.ImageService.Database;

/// <summary>One transaction, and how to ask it things.</summary>
internal sealed class DbSession(DbTransaction transaction, SqlDialect dialect, CancellationToken cancellationToken)
{
    /// <summary>What keeps the rows of a SELECT until this transaction has ended.</summary>
    public string ForUpdate => dialect.ForUpdate;

    /// <summary>The same, passing over rows that another transaction keeps.</summary>
    public string SkipLocked => dialect.SkipLocked;

    /// <summary>How many rows it changed.</summary>
    public Task<int> ExecuteAsync(string sql, object? arguments = null) =>
        transaction.Connection!.ExecuteAsync(Command(sql, arguments));

    public async Task<List<T>> QueryAsync<T>(string sql, object? arguments = null) =>
        (await transaction.Connection!.QueryAsync<T>(Command(sql, arguments))).AsList();

    /// <summary>The only row, or null where there is none.</summary>
    public Task<T?> FindAsync<T>(string sql, object? arguments = null) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<T>(Command(sql, arguments));

    private CommandDefinition Command(string sql, object? arguments) =>
        new(sql, arguments, transaction, cancellationToken: cancellationToken);
}
