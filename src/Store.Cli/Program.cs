using System.CommandLine;
using System.CommandLine.Invocation;
using GlanceStore.Cli;

using var signals = new Signals();
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
    var code = await parsed.InvokeAsync(invocation, signals.Token);
    StandardStreams.FlushOutput();
    return code;
}
catch (Exception e)
{
    return Failure.Report(e);
}
