namespace GlanceStore.Cli;

/// <summary>Turns every error into one sentence on stderr and an exit code. Nothing else in the tool reports errors.</summary>
internal static class Failure
{
    public static int Report(Exception exception)
    {
        var (code, sentence) = Describe(exception);
        StandardStreams.Tell(sentence);
        return (int)code;
    }

    private static (ExitCode Code, string Sentence) Describe(Exception exception) => exception switch
    {
        UnfinishedException { InnerException: OperationCanceledException } e => (ExitCode.Failed, $"cancelled. {e.Left}"),
        UnfinishedException e when Describe(e.InnerException!) is var (code, sentence) => (code, $"{sentence} {e.Left}"),
        UsageException => (ExitCode.Usage, exception.Message),
        StoreException { Error: StoreError.AlreadyExists } e => (ExitCode.AlreadyExists, $"{e.Message} Give --replace to replace it, or another --id."),
        StoreException e => (CodeOf(e.Error), e.Message),
        OperationCanceledException { InnerException: StoreException open } => (ExitCode.Failed, $"cancelled. {open.Message.TrimEnd('.')}; stat tells."),
        OperationCanceledException => (ExitCode.Failed, "cancelled; nothing is left behind."),
        IOException or UnauthorizedAccessException => (ExitCode.Failed, exception.Message),
        AggregateException { InnerExceptions: [var only] } => Describe(only),
        _ => (ExitCode.Failed, $"unexpected error: {exception.GetType().Name}: {exception.Message}"),
    };

    private static ExitCode CodeOf(StoreError error) => error switch
    {
        StoreError.NotFound => ExitCode.NotFound,
        StoreError.AlreadyExists => ExitCode.AlreadyExists,
        StoreError.InUse => ExitCode.InUse,
        StoreError.Refused => ExitCode.Refused,
        StoreError.Corrupted or StoreError.SizeMismatch => ExitCode.NotVerified,
        StoreError.InvalidConfiguration or StoreError.InvalidLocation or StoreError.InvalidRange or StoreError.InvalidSession => ExitCode.Usage,
        _ => ExitCode.Failed,
    };
}
