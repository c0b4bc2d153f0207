using System.Globalization;
using GlanceStore.Drivers;

namespace GlanceStore.Cli;

/// <summary>Sweeps all stores and tells what was found; a store that fails does not keep the next ones from being swept.</summary>
internal sealed class Sweep(DateTimeOffset before, SweepMode mode, TextWriter output)
{
    private readonly string _verb = mode == SweepMode.DryRun ? "would remove" : "removed";
    private readonly List<string> _failures = [];
    private int _count;

    /// <exception cref="IOException">Some stores could not be swept, or not to the end; the message tells of each.</exception>
    public async Task RunAsync(IEnumerable<IImageStore> stores, CancellationToken cancellationToken)
    {
        foreach (var store in stores)
        {
            if (store.GetFeature<ISweeper>() is { } sweeper)
            {
                await SweepAsync(store.Id, sweeper, cancellationToken);
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_verb} {_count} in all"));
        if (_failures.Count > 0)
        {
            throw new IOException(string.Join(' ', _failures));
        }
    }

    private async Task SweepAsync(string id, ISweeper sweeper, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var leftover in sweeper.SweepAsync(before, mode, cancellationToken))
            {
                _count++;
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{_verb} {leftover.Name} of the store '{id}' ({leftover.SizeBytes} bytes, last touched {leftover.LastModified:O})"));
            }
        }
        catch (OperationCanceledException e)
        {
            throw new UnfinishedException(
                $"The sweep broke off in the store '{id}': {(mode == SweepMode.DryRun ? "nothing was removed" : "what it printed is removed, the rest is there")}.", e);
        }
        catch (StoreException e)
        {
            _failures.Add($"The store '{id}' was not swept to the end: {e.Message}");
        }
    }
}
