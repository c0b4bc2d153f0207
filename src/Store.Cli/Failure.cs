namespace GlanceStore.Cli;

/// <summary>Turns every error into one sentence on stderr and an exit code. Nothing else in the tool writes errors.</summary>
internal static class Failure
{
    public static int Report(Exception exception)
    {
        var (code, sentence) = Describe(exception);
        Console.Error.WriteLine($"glance-store: {Texts.OneLine(sentence)}");
        return (int)code;
    }

    private static (ExitCode Code, string Sentence) Describe(Exception exception) => exception switch
    {
        UsageException => (ExitCode.Usage, exception.Message),
        StoreException e => (CodeOf(e.Error), e.Message),
        OperationCanceledException => (ExitCode.Failed, "cancelled; nothing is left behind."),
        IOException or UnauthorizedAccessException => (ExitCode.Failed, exception.Message),
        AggregateException { InnerExceptions: [var only] } => Describe(only),
        _ => (ExitCode.Failed, $"unexpected error: {exception.GetType().Name}: {exception.Message}"),
    };

    private static ExitCode CodeOf(StoreError error) => error switch
    {
        StoreError.NotFound => ExitCode.NotFound,
        StoreError.AlreadyExists => ExitCode.AlreadyExists,
        StoreError.Corrupted or StoreError.SizeMismatch => ExitCode.NotVerified,
        StoreError.InvalidConfiguration or StoreError.InvalidLocation or StoreError.InvalidRange => ExitCode.Usage,
        _ => ExitCode.Failed,
    };
}
