using System.Runtime.InteropServices;

namespace GlanceStore.Cli;

/// <summary>The signals that end a process in daily life: the first cancels the command, which then cleans up; a second one ends the process at once.</summary>
/// <remarks>
/// One that whoever started the process told it to ignore (nohup, a shell's background job) stays ignored. SIGPIPE is ignored by the runtime:
/// a reader that has gone is the failure of a write.
/// </remarks>
internal sealed class Signals : IDisposable
{
    // Those whose default is to end a process; by Linux's numbers where .NET has no names: USR1, USR2, ALRM, STKFLT, XCPU, VTALRM, PROF, IO, PWR.
    private static readonly PosixSignal[] Named = [PosixSignal.SIGHUP, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGTERM];
    private static readonly int[] NamedNumbers = [1, 2, 3, 15];
    private static readonly int[] Unnamed = [10, 12, 14, 16, 24, 26, 27, 29, 30];

    // XFSZ: the write beyond the limit fails as well, and says so.
    private const int FileTooLarge = 25;

    private readonly CancellationTokenSource _cancellation = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public Signals()
    {
        // Plain loops: queries over numbers would be compiled anew in every process, which is a tenth of the start.
        var ignored = Ignored();
        for (var i = 0; i < Named.Length; i++)
        {
            Register(Named[i], NamedNumbers[i], ignored);
        }

        foreach (var number in OperatingSystem.IsLinux() ? Unnamed : [])
        {
            Register((PosixSignal)number, number, ignored);
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

    private void Register(PosixSignal signal, int number, ulong ignored)
    {
        if ((ignored & (1UL << (number - 1))) == 0)
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, CancelOnce));
        }
    }

    // As the process was started: nothing of ours ignores a signal, and the runtime only SIGPIPE.
    private static ulong Ignored()
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
    }

    private void CancelOnce(PosixSignalContext context)
    {
        context.Cancel = !_cancellation.IsCancellationRequested;
        _cancellation.Cancel();
    }
}
