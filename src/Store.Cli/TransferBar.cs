using Spectre.Console;

namespace GlanceStore.Cli;

/// <summary>A progress bar with rate and time left, on a terminal; nothing where stderr goes elsewhere.</summary>
internal static class TransferBar
{
    public static Task<T> ShowAsync<T>(string label, Func<IProgress<TransferProgress>?, Task<T>> transfer) =>
        Console.IsErrorRedirected ? transfer(null) : DrawAsync(label, transfer);

    // Apart, so that Spectre is not loaded where there is nothing to draw.
    private static Task<T> DrawAsync<T>(string label, Func<IProgress<TransferProgress>?, Task<T>> transfer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new ProgressTerminal() });
        if (!console.Profile.Capabilities.Ansi)
        {
            return transfer(null);
        }

        return console.Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new DownloadedColumn(),
                new TransferSpeedColumn(),
                new RemainingTimeColumn())
            .StartAsync(context => transfer(new Bar(context.AddTask(label))));
    }

    private sealed class Bar(ProgressTask task) : IProgress<TransferProgress>
    {
        private readonly Lock _gate = new();

        public void Report(TransferProgress value)
        {
            lock (_gate)
            {
                // Reports come from several threads; a late one must not set the bar back.
                task.IsIndeterminate = value.TotalBytes is null;
                task.MaxValue = Math.Max(1, value.TotalBytes ?? value.Bytes);
                task.Value = Math.Max(task.Value, value.Bytes);
            }
        }
    }
}
