using System.Data.Common;
using Dapper;
using GlanceStore.ImageService.Events;

namespace GlanceStore.ImageService.Database;

/// <summary>One transaction, and how to ask it things.</summary>
internal sealed class DbSession(DbTransaction transaction, SqlDialect dialect, CancellationToken cancellationToken)
{
    private readonly List<ServiceEvent> _told = [];

    /// <summary>What keeps the rows of a SELECT until this transaction has ended.</summary>
    public string ForUpdate => dialect.ForUpdate;

    /// <summary>The same, passing over rows that another transaction keeps.</summary>
    public string SkipLocked => dialect.SkipLocked;

    /// <summary>What this transaction has told so far.</summary>
    public IReadOnlyList<ServiceEvent> Told => _told;

    /// <summary>Says that something has happened, which is told to others if the transaction is committed, and not before.</summary>
    public void Tell(ServiceEvent told) => _told.Add(told);

    /// <summary>The same, of an image as it is when the transaction ends.</summary>
    public void Tell(string type, string imageId) => _told.Add(new ServiceEvent(type, imageId));

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
