using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using GlanceStore.Conformance;
using GlanceStore.Drivers;

namespace GlanceStore.Cli.Validation;

/// <summary>A run of the conformance suites against an operator's own store, in ids that nothing else has.</summary>
internal sealed class ValidationRun
{
    // Enough to hide the answers' travelling time from the operator; not so many that they disturb the time limits of the cases.
    private const int CasesAtOnce = 4;

    private readonly ConcurrentQueue<string> _left = new();
    private int _places;

    /// <exception cref="StoreException"><see cref="StoreError.Unsupported"/>: what is tried there could not be removed again, or there is no driver.</exception>
    public ValidationRun(IImageStore store)
    {
        var can = store.Info.Driver.Capabilities;
        Store = can is { CanWrite: true, CanDelete: false }
            ? throw new StoreException(StoreError.Unsupported, $"The store '{store.Id}' takes images and deletes none, so what is tried there would stay.")
            : store;
        Driver = store.GetFeature<StoreDriver>()
            ?? throw new StoreException(StoreError.Unsupported, $"The store '{store.Id}' shows no driver to validate.");
        Prefix = $"glance-store-validate-{Guid.NewGuid().ToString("N").AsSpan(0, 8)}-";
    }

    public IImageStore Store { get; }

    public StoreDriver Driver { get; }

    /// <summary>What every id of the run begins with.</summary>
    public string Prefix { get; }

    /// <summary>What the run could not remove, and why.</summary>
    public IReadOnlyCollection<string> Left => _left;

    /// <summary>A place for one case.</summary>
    public ValidationPlace NewPlace() =>
        new(Store, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Interlocked.Increment(ref _places)}-"));

    /// <summary>Notes what could not be removed.</summary>
    public void Leave(IEnumerable<string> left)
    {
        foreach (var text in left)
        {
            _left.Enqueue(text);
        }
    }

    /// <summary>Runs suites one after the other, their cases some at a time, and hands over the results of each.</summary>
    public async IAsyncEnumerable<(ValidationSuite Suite, IReadOnlyList<CaseResult> Results)> RunAsync(
        IEnumerable<ValidationSuite> suites, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var suite in suites)
        {
            yield return (suite, await RunAsync(suite, cancellationToken));
        }

        try
        {
            Leave(await UnfinishedAsync(cancellationToken));
        }
        catch (StoreException e)
        {
            Leave([$"Perhaps uploads that did not end, which could not be looked for: {e.Message}"]);
        }
    }

    private async Task<IReadOnlyList<CaseResult>> RunAsync(ValidationSuite suite, CancellationToken cancellationToken)
    {
        OperatorHarness.Run.Value = this;
        var cases = suite.Cases;
        var results = new CaseResult[cases.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = CasesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, results.Length, options, async (i, token) => results[i] = await cases[i].RunAsync(token));
        return results;
    }

    // Uploads of ours that never ended, where the store can tell: their names hold the image's id.
    private async Task<IReadOnlyList<string>> UnfinishedAsync(CancellationToken cancellationToken)
    {
        var found = new List<string>();
        if (Store.Info.Driver.Capabilities.CanWrite && Store.GetFeature<ISweeper>() is { } sweeper)
        {
            var all = TimeProvider.System.GetUtcNow().AddDays(1);
            await foreach (var leftover in sweeper.SweepAsync(all, SweepMode.DryRun, cancellationToken))
            {
                if (leftover.Name.Contains(Prefix, StringComparison.Ordinal))
                {
                    found.Add($"{leftover.Name}: an upload that did not end; 'glance-store sweep' removes it.");
                }
            }
        }

        return found;
    }
}
