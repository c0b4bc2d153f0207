using Dapper;
using Microsoft.Data.Sqlite;

namespace GlanceStore.ImageService.Checking;

/// <summary>Something that a store has, as it told when it was listed.</summary>
internal sealed class ListedCopy
{
    public string Store { get; init; } = "";

    public string Uri { get; init; } = "";

    public string? Account { get; init; }

    public string Name { get; init; } = "";

    public long Size { get; init; }

    public ImageLocation Location => new(Uri, Store) { Account = Account };
}

/// <summary>
/// What a check has to remember of all images while it runs: in a file of SQLite without a name, which goes with the process. In memory there are two megabytes of it,
/// however many images there are.
/// </summary>
internal sealed class CheckScratch : IAsyncDisposable
{
    private const int Page = 500;

    private readonly SqliteConnection _file;

    private CheckScratch(SqliteConnection file) => _file = file;

    public static async Task<CheckScratch> OpenAsync(CancellationToken cancellationToken)
    {
        // An empty name is that of a file of SQLite's own, in its folder for temporary ones.
        var file = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = "", Pooling = false }.ConnectionString);
        await file.OpenAsync(cancellationToken);
        await file.ExecuteAsync(
            """
            PRAGMA journal_mode = OFF;
            CREATE TABLE listed (store TEXT NOT NULL, uri TEXT NOT NULL, account TEXT, name TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (store, uri)) WITHOUT ROWID;
            CREATE TABLE sample (
                slot INTEGER PRIMARY KEY, image_id TEXT NOT NULL, position INTEGER NOT NULL, store TEXT NOT NULL, url TEXT NOT NULL, account TEXT, size INTEGER NOT NULL)
            """);
        return new CheckScratch(file);
    }

    /// <summary>Keeps a page of what a store has.</summary>
    public async Task AddAsync(IEnumerable<ListedCopy> copies, CancellationToken cancellationToken)
    {
        await using var transaction = await _file.BeginTransactionAsync(cancellationToken);
        foreach (var copy in copies)
        {
            await _file.ExecuteAsync("INSERT OR REPLACE INTO listed (store, uri, account, name, size) VALUES (@Store, @Uri, @Account, @Name, @Size)", copy, transaction);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Takes one off, and tells its size; null where it was not told.</summary>
    public Task<long?> TakeAsync(string store, string uri) =>
        _file.QuerySingleOrDefaultAsync<long?>("DELETE FROM listed WHERE store = @store AND uri = @uri RETURNING size", new { store, uri });

    /// <summary>Forgets what a store told.</summary>
    public Task ForgetAsync(string store) => _file.ExecuteAsync("DELETE FROM listed WHERE store = @store COLLATE NOCASE", new { store });

    /// <summary>What nobody has taken, in the order of stores and names.</summary>
    public async IAsyncEnumerable<ListedCopy> RestAsync()
    {
        var last = new ListedCopy();
        List<ListedCopy> page;
        do
        {
            page = (await _file.QueryAsync<ListedCopy>(
                $"SELECT store, uri, account, name, size FROM listed WHERE (store, uri) > (@Store, @Uri) ORDER BY store, uri LIMIT {Page}", new { last.Store, last.Uri })).AsList();
            foreach (var copy in page)
            {
                yield return last = copy;
            }
        }
        while (page.Count == Page);
    }

    /// <summary>Keeps a copy that is to be read, in the place of the one that has the slot.</summary>
    public Task ChooseAsync(long slot, KnownCopy copy) => _file.ExecuteAsync(
        "INSERT OR REPLACE INTO sample (slot, image_id, position, store, url, account, size) VALUES (@slot, @ImageId, @Position, @Store, @Url, @Account, @Size)",
        new { slot, copy.ImageId, copy.Position, copy.Store, copy.Url, copy.Account, copy.Size });

    /// <summary>The copies that are to be read.</summary>
    public async IAsyncEnumerable<KnownCopy> ChosenAsync()
    {
        long slot = 0;
        while (await _file.QuerySingleOrDefaultAsync<KnownCopy>("SELECT image_id, position, store, url, account, size FROM sample WHERE slot = @slot", new { slot }) is { } copy)
        {
            yield return copy;
            slot++;
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
