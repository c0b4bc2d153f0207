using System.Runtime.InteropServices;

namespace GlanceStore.Cli;

/// <summary>The signals that end a process in daily life: the first cancels the command, which then cleans up; a second one ends the process at once.</summary>
/// <remarks>
/// One that whoever started the process told it to ignore (nohup, a shell's background job) stays ignored. SIGPIPE is ignored by the runtime:
/// a reader that has gone is the failure of a write.
/// </remarks>
internal sealed class Signals : IDisposable
{
    // Linux's numbers, where .NET has no names, of those whose default is to end a process: USR1, USR2, ALRM, STKFLT, XCPU, VTALRM, PROF, IO, PWR.
    private static readonly int[] Unnamed = [10, 12, 14, 16, 24, 26, 27, 29, 30];

    // XFSZ: the write beyond the limit fails as well, and says so.
    private const int FileTooLarge = 25;

    private readonly CancellationTokenSource _cancellation = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public Signals()
    {
        var others = OperatingSystem.IsLinux() ? Unnamed.Where(IsNotIgnored).Select(number => (PosixSignal)number) : [];
        foreach (var signal in others.Concat(Named()))
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, CancelOnce));
        }

        if (OperatingSystem.IsLinux())
        {
            _registrations.Add(PosixSignalRegistration.Create((PosixSignal)FileTooLarge, context => context.Cancel = true));
        }
    }

    public CancellationToken Token => _cancellation.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _cancellation.Dispose();
    }

    private static IEnumerable<PosixSignal> Named() =>
        new[] { (PosixSignal.SIGHUP, 1), (PosixSignal.SIGINT, 2), (PosixSignal.SIGQUIT, 3), (PosixSignal.SIGTERM, 15) }
            .Where(signal => IsNotIgnored(signal.Item2))
            .Select(signal => signal.Item1);

    private static bool IsNotIgnored(int signal) => (Ignored.Value & (1UL << (signal - 1))) == 0;

    // As the process was started: nothing of ours ignores a signal, and the runtime only SIGPIPE.
    private static readonly Lazy<ulong> Ignored = new(() =>
    {
        const string Field = "SigIgn:";
        try
        {
            var line = OperatingSystem.IsLinux() ? File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal)) : null;
            return line is null ? 0 : Convert.ToUInt64(line[Field.Length..].Trim(), 16);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    });

    private void CancelOnce(PosixSignalContext context)
    {
        context.Cancel = !_cancellation.IsCancellationRequested;
        _cancellation.Cancel();
    }
}
