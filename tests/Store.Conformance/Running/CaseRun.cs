using System.Reflection;

namespace GlanceStore.Conformance;

/// <summary>Runs one case as MSTest would: the beginning, the case, and the end that cleans up.</summary>
internal static class CaseRun<THarness> where THarness : DriverHarness, new()
{
    public static async Task<(CaseOutcome Outcome, string? Reason)> RunAsync(
        DriverSuite<THarness> suite, MethodInfo method, object?[] arguments, CancellationToken cancellationToken)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var context = new CaseContext(cancellation);
        suite.TestContext = context;
        var error = await ErrorOfAsync(async () =>
        {
            await suite.StartAsync();
            await ((Task?)method.Invoke(suite, arguments) ?? Task.CompletedTask);
        });

        // The end looks whether buffers were kept, but only where nothing else went wrong.
        context.Outcome = error is null ? UnitTestOutcome.Passed : UnitTestOutcome.Failed;
        error = await ErrorOfAsync(suite.StopAsync) is { } ending ? error ?? ending : error;
        cancellationToken.ThrowIfCancellationRequested();
        return error switch
        {
            null when suite.NotOffered is { } missing => (CaseOutcome.NotOffered, missing),
            null => (CaseOutcome.Holds, null),
            AssertInconclusiveException => (CaseOutcome.NotChecked, error.Message),
            AssertFailedException => (CaseOutcome.Fails, error.Message),
            _ => (CaseOutcome.Fails, $"{error.GetType().Name}: {error.Message}"),
        };
    }

    private static async Task<Exception?> ErrorOfAsync(Func<Task> action)
    {
        try
        {
            await action();
            return null;
        }
        catch (Exception e)
        {
            return e is TargetInvocationException { InnerException: { } inner } ? inner : e;
        }
    }
}
