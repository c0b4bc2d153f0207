namespace GlanceStore.Conformance;

/// <summary>Runs the cases of a suite over a flawed driver, and tells which failed.</summary>
internal static class SuiteRun
{
    public static async Task<IReadOnlyList<string>> FailuresAsync(Type suite, Flaw flaw)
    {
        FlawHarness.Current.Value = flaw;
        var failures = new List<string>();
        foreach (var suiteCase in CasesOf(suite))
        {
            var result = await suiteCase.RunAsync(CancellationToken.None);
            if (result.Outcome is CaseOutcome.Fails or CaseOutcome.NotChecked)
            {
                failures.Add($"{result.Case.Split('(')[0]}: {result.Reason}");
            }
        }

        return failures;
    }

    private static IReadOnlyList<SuiteCase> CasesOf(Type suite) => (IReadOnlyList<SuiteCase>)typeof(SuiteCase)
        .GetMethod(nameof(SuiteCase.Of))!
        .MakeGenericMethod(suite, suite.BaseType!.GetGenericArguments()[0])
        .Invoke(null, null)!;
}
