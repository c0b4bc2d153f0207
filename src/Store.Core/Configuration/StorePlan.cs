using GlanceStore.Drivers;
using Microsoft.Extensions.Logging;

namespace GlanceStore;

/// <summary>One store that is to be made.</summary>
internal sealed record StoreEntry(string Id, ImageStoreOptions Options, DriverRecipe Recipe, string? Type = null);

/// <summary>All stores that are to be made, and everything that is wrong with them. The one options class of the library.</summary>
internal sealed class StorePlan
{
    private const int LongestCause = 300;

    public string? DefaultStore { get; set; }

    public long MaxBufferBytes { get; set; }

    /// <summary>Whether something of the configuration could not be read: then that there is no store says nothing new.</summary>
    public bool IsIncomplete { get; set; }

    /// <summary>The ids of all stores, those included whose settings could not be read.</summary>
    public List<string> Ids { get; } = [];

    public List<StoreEntry> Stores { get; } = [];

    /// <summary>Whole sentences, in the order in which they were found.</summary>
    public List<string> Mistakes { get; } = [];

    public void Add(StoreEntry store)
    {
        Ids.Add(store.Id);
        Stores.Add(store);
    }

    public void Change(string id, Func<ImageStoreOptions, ImageStoreOptions> change)
    {
        var index = Stores.FindIndex(store => Same(store.Id, id));
        if (index < 0)
        {
            Mistakes.Add($"The store '{id}' has options, and there is no such store.");
            return;
        }

        Stores[index] = Stores[index] with { Options = change(Stores[index].Options) };
    }

    public void Check()
    {
        foreach (var store in Stores)
        {
            Mistakes.AddRange(store.Options.Mistakes().Concat(store.Recipe.Mistakes).Select(mistake => Sentence(store.Id, mistake)));
        }

        Mistakes.AddRange(Ids
            .GroupBy(id => id, StringComparer.OrdinalIgnoreCase)
            .Where(twins => twins.Count() > 1)
            .Select(twins => $"The store '{twins.Key}' is added {twins.Count()} times."));
        CheckTotals();
    }

    /// <summary>What is wrong, as one error, or null where nothing is.</summary>
    public StoreException? Fault() => Mistakes.Count == 0 ? null : FaultOf(Mistakes);

    public static StoreException FaultOf(IEnumerable<string> mistakes, Exception? inner = null) =>
        new(StoreError.InvalidConfiguration, string.Join(' ', mistakes), inner);

    /// <summary>A store's mistake as a sentence; drivers write them without the store's name and the full stop.</summary>
    public static string Sentence(string id, string mistake) => $"The store '{id}': {mistake}.";

    /// <summary>Makes every store. One that cannot be made is down and says why; only where all are, nothing starts.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidConfiguration"/>: no store could be made; the message tells of each.</exception>
    public ImageStores Build(IServiceProvider services, TransferBudget budget)
    {
        var made = new List<ImageStore>();
        var down = new List<DownStore>();
        foreach (var store in Stores)
        {
            Make(store, services, budget, made, down);
        }

        return made.Count > 0
            ? new ImageStores(made, DefaultStore, down, (ILogger<ImageStores>?)services.GetService(typeof(ILogger<ImageStores>)))
            : throw FaultOf(down.Select(store => $"The store '{store.Id}': {store.Reason}"), down[0].Error);
    }

    // Whatever goes wrong in one store, an error its driver did not foresee included, the others are served.
    private static void Make(StoreEntry store, IServiceProvider services, TransferBudget budget, List<ImageStore> made, List<DownStore> down)
    {
        var logger = (ILogger<ImageStore>?)services.GetService(typeof(ILogger<ImageStore>));
        var time = (TimeProvider?)services.GetService(typeof(TimeProvider));
        try
        {
            made.Add(new ImageStore(store.Id, store.Recipe.Create(services), store.Options, budget, logger, time));
        }
        catch (StoreException e)
        {
            down.Add(new DownStore(store.Id, store.Type, e.Message, e));
        }
        catch (Exception e)
        {
            down.Add(new DownStore(store.Id, store.Type, $"Its driver could not be made: {CauseOf(e)}.", e));
        }
    }

    // Of exceptions that wrap others the innermost knows why. On one line, and no longer than a sentence.
    private static string CauseOf(Exception e)
    {
        while (e.InnerException is { } inner)
        {
            e = inner;
        }

        var text = string.Concat(e.Message.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        text = text.Length > LongestCause ? text[..LongestCause] + "…" : text.TrimEnd('.');
        return text.Length == 0 ? e.GetType().Name : $"{text} ({e.GetType().Name})";
    }

    private void CheckTotals()
    {
        if (MaxBufferBytes < TransferBudget.LeastBytes)
        {
            Mistakes.Add($"The setting 'MaxBufferBytes' is {MaxBufferBytes} and cannot be less than {TransferBudget.LeastBytes}.");
        }

        if (Ids.Count == 0)
        {
            Mistakes.AddRange(IsIncomplete ? [] : ["There is no store: add one by code, or one under 'Stores' of the configuration."]);
        }
        else if (DefaultStore is null && Ids.Count > 1)
        {
            Mistakes.Add($"There are several stores and no 'DefaultStore': name one of {Known}.");
        }
        else if (Stores.Find(store => store.Options.Reserved && (DefaultStore is null || Same(store.Id, DefaultStore))) is { } reserved)
        {
            Mistakes.Add($"The store '{reserved.Id}' is reserved and cannot be the default.");
        }
        else if (DefaultStore is not null && !Ids.Exists(id => Same(id, DefaultStore)))
        {
            Mistakes.Add($"The setting 'DefaultStore' is '{DefaultStore}', and there is no such store; there is {Known}.");
        }
    }

    private string Known => string.Join(", ", Ids.Distinct().Select(id => $"'{id}'"));

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
