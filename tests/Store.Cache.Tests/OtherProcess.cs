using System.Diagnostics;
using GlanceStore.Drivers;
using GlanceStore.Drivers.File;
using GlanceStore.Drivers.Memory;

namespace GlanceStore.Cache.Tests;

/// <summary>Another process that uses the same cache. This program is that process where its first argument says so, else the tests.</summary>
internal sealed class OtherProcess : IDisposable
{
    private const string Word = "other-process";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;

    private OtherProcess(Process process) => _process = process;

    /// <summary>Starts one: <c>hold</c> opens what is there and keeps it; <c>ensure</c> gets all of it when it is told to go.</summary>
    public static OtherProcess Start(string what, string folder, string receiptPath, CacheSource source)
    {
        var receipt = new ImageReceipt(source.Locations[0], source.Size, source.Chunks!) { MultiHash = source.Digest };
        File.WriteAllText(receiptPath, receipt.ToJson());
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Word, what, folder, receiptPath]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        return new OtherProcess(Process.Start(start)!);
    }

    public static Task<int> Main(string[] args) => args is [Word, var what, var folder, var receipt]
        ? RunAsync(what, folder, ImageReceipt.FromJson(File.ReadAllText(receipt)))
        : MicrosoftTestingPlatformApplication.RunAsync(args);

    /// <summary>Reads what it says until it says this.</summary>
    public async Task HeardAsync(string word)
    {
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line == word)
            {
                return;
            }
        }

        Assert.Fail($"It ended without saying '{word}'.");
    }

    /// <summary>The next line that it says; null where it has ended.</summary>
    public Task<string?> NextAsync() => _process.StandardOutput.ReadLineAsync().WaitAsync(Patience);

    public void Tell(string word) => _process.StandardInput.WriteLine(word);

    public async Task EndAsync()
    {
        await _process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await _process.WaitForExitAsync().WaitAsync(Patience);
        Assert.AreEqual(0, _process.ExitCode);
    }

    public async Task KillAsync()
    {
        _process.Kill(); // SIGKILL
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static async Task<int> RunAsync(string what, string folder, ImageReceipt receipt)
    {
        await using var stores = new ImageStores([Place.StoreOf(DriverOf(receipt))]);
        await using var cache = await ImageCache.OpenAsync(stores, new ImageCacheOptions { Directory = folder });
        var source = new CacheSource(receipt);
        if (what == "hold")
        {
            await using var held = await cache.OpenAsync(source);
            Console.Out.WriteLine("held");
            await Console.In.ReadToEndAsync(); // ends with the process that started this one
            return 1;
        }

        Console.Out.WriteLine("ready");
        await Console.In.ReadLineAsync();
        await using var file = await cache.EnsureAsync(source, progress: new Teller());
        Console.Out.WriteLine("whole");
        return 0;
    }

    // A line for every chunk that is opened, in a log of this process: what several append to one file at once can overwrite each other.
    private static StoreDriver DriverOf(ImageReceipt receipt)
    {
        if (receipt.Location.Uri.StartsWith("memory", StringComparison.Ordinal))
        {
            return new MemoryDriver();
        }

        var folder = Path.GetDirectoryName(new Uri(receipt.Location.Uri).LocalPath)!;
        var gate = new Lock();
        return new WatchedDriver(new FileDriver(new FileDriverOptions { Directory = folder }))
        {
            BeforeRead = (_, intent, _) =>
            {
                lock (gate)
                {
                    File.AppendAllText($"{folder}.{Environment.ProcessId}.log", $"{intent.Range?.Offset}\n");
                }

                return Task.CompletedTask;
            },
        };
    }

    private sealed class Teller : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => Console.Out.WriteLine(value.Bytes);
    }
}
