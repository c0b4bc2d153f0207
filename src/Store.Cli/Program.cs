using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using GlanceStore.Cli;

using var cancellation = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, CancelOnce);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, CancelOnce);
try
{
    StandardStreams.RequireOutput();

    // File names that begin with '@' are file names, not response files.
    var parsed = CommandLine.Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    if (parsed.Action is ParseErrorAction)
    {
        // The first of several is that a command is missing, the last one what was found in its place.
        throw new UsageException($"{parsed.Errors[^1].Message.TrimEnd('.')}; see glance-store --help.");
    }

    // Signals are ours: the framework's own handler gives up on a clean-up that takes more than two seconds.
    var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
    return await parsed.InvokeAsync(invocation, cancellation.Token);
}
catch (Exception e)
{
    return Failure.Report(e);
}

// The first signal cancels and lets the command clean up; a second one ends the process at once.
void CancelOnce(PosixSignalContext context)
{
    context.Cancel = !cancellation.IsCancellationRequested;
    cancellation.Cancel();
}
