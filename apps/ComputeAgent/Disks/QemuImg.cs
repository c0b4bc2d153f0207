using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using GlanceStore.ComputeAgent.State;

namespace GlanceStore.ComputeAgent.Disks;

/// <summary>QEMU's program for images, for the one thing that is asked of it here.</summary>
internal sealed class QemuImg(string program, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // What it says in a sentence; the rest is of no use to anybody.
    private const int MostWords = 500;

    /// <summary>Makes an overlay: a file that has nothing of its own, over another one.</summary>
    /// <param name="path">The new file; one that is there is overwritten.</param>
    /// <param name="backing">What is read where nothing was written, by its whole path.</param>
    /// <param name="backingFormat">Its format. Said, for one that is guessed would be whatever a guest had written to its first sector.</param>
    /// <param name="size">How large the guest sees it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task CreateOverlayAsync(string path, string backing, string backingFormat, long size, CancellationToken cancellationToken)
    {
        string[] arguments = ["create", "-q", "-f", "qcow2", "-F", backingFormat, "-b", backing, path, size.ToString(CultureInfo.InvariantCulture)];
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        start.Environment["LC_ALL"] = "C";
        using var process = Start(start);
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var words = await Task.WhenAll(process.StandardError.ReadToEndAsync(ending.Token), process.StandardOutput.ReadToEndAsync(ending.Token));
            await process.WaitForExitAsync(ending.Token);
            if (process.ExitCode != 0)
            {
                throw Failed(string.Join(' ', string.Concat(words).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Failed($"it did not end within {Patience.TotalSeconds:0} s");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new StoreException(StoreError.Unsupported, $"An overlay cannot be made, because '{program}' cannot be run: install it (Debian: qemu-utils), or set ComputeAgent:QemuImg.", e);
        }
    }

    private StoreException Failed(string why) =>
        new(HostErrors.OfWords(why), $"'{program}' could not make the overlay: {(why.Length > MostWords ? why[..MostWords] : why)}");
}
