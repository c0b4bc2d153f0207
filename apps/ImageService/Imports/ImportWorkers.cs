using GlanceStore.ImageService.Telemetry;

namespace GlanceStore.ImageService.Imports;

/// <summary>Works the queue of imports off, some at a time. Every process of the service does, and they share the work.</summary>
internal sealed partial class ImportWorkers(ImportRecords records, ImportRun run, ServiceOptions options, TimeProvider time, ILogger<ImportWorkers> logger) : BackgroundService
{
    // Of tasks that another process was given; its own are told at once.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _something = new(0);

    /// <summary>Says that there is something to do.</summary>
    public void Wake() => _something.Release();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, options.ImportWorkers).Select(n => WorkAsync(KindsOf(n), stoppingToken)).Append(LookAsync(stoppingToken)));

    // Servers elsewhere may be as slow as they like, so one of several workers is there for all else.
    private Imported KindsOf(int worker) => worker == 0 && options.ImportWorkers > 1 ? Imported.NotFromTheWeb : Imported.All;

    private async Task WorkAsync(Imported kinds, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await records.ClaimAsync(kinds, stopping) is { } task)
                {
                    using var traced = ServiceInstruments.StartImport(task.ImageId, task.Id, task.Request.Method);
                    await run.RunAsync(task, stopping);
                }
                else
                {
                    await _something.WaitAsync(stopping);
                }
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                // A database that is away: its task is found again when the lease has ended.
                LogFailed(logger, e);
                await Task.Delay(LookEvery, time, stopping);
            }
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            if (_something.CurrentCount == 0)
            {
                _something.Release();
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A worker of imports failed; it goes on.")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
