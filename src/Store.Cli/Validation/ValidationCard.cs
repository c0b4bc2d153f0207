using System.Globalization;
using GlanceStore.Conformance;

namespace GlanceStore.Cli.Validation;

/// <summary>What <c>validate</c> prints: a line a suite, what failed below it, and at the end the sum and what was left behind.</summary>
internal sealed class ValidationCard(TextWriter output)
{
    private static readonly (CaseOutcome Outcome, string Word)[] Words =
    [
        (CaseOutcome.Fails, "FAILS"), (CaseOutcome.Holds, "holds"), (CaseOutcome.NotOffered, "not offered"), (CaseOutcome.NotChecked, "not checked"),
    ];

    private readonly List<CaseResult> _all = [];

    /// <summary>Whether a case failed.</summary>
    public bool HasFailures => _all.Any(result => result.Outcome == CaseOutcome.Fails);

    /// <summary>Every result so far.</summary>
    public IReadOnlyList<CaseResult> Results => _all;

    /// <summary>The lines of a suite.</summary>
    public void Add(ValidationSuite suite, IReadOnlyList<CaseResult> results)
    {
        _all.AddRange(results);
        var present = Words.Where(word => results.Any(result => result.Outcome == word.Outcome)).ToArray();
        Write($"{present[0].Word,-12} {suite.Name,-15} {suite.Promise}");
        foreach (var (outcome, word) in present)
        {
            var these = results.Where(result => result.Outcome == outcome).ToArray();
            if (outcome == CaseOutcome.Fails)
            {
                Array.ForEach(these, result => Write($"    {result.Case}: {result.Reason}"));
            }
            else if (present.Length > 1 || outcome != CaseOutcome.Holds)
            {
                Write($"    {these.Length} of {results.Count} {(outcome == CaseOutcome.Holds ? "hold" : word)}{ReasonsOf(these)}");
            }
        }
    }

    /// <summary>The last lines.</summary>
    public void Close(ValidationRun run)
    {
        Write($"{CountOf(CaseOutcome.Holds)} hold, {CountOf(CaseOutcome.NotOffered)} not offered, {CountOf(CaseOutcome.NotChecked)} not checked, {CountOf(CaseOutcome.Fails)} fail");
        Write(run.Left.Count == 0
            ? "nothing was left behind"
            : string.Create(CultureInfo.InvariantCulture, $"left behind, {run.Left.Count} in all; each name has {run.Prefix} in it:"));
        foreach (var left in run.Left)
        {
            Write($"    {left}");
        }
    }

    private int CountOf(CaseOutcome outcome) => _all.Count(result => result.Outcome == outcome);

    private static string ReasonsOf(CaseResult[] results)
    {
        var reasons = results.Select(result => result.Reason).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        return reasons.Length == 0 ? "" : $": {string.Join("; ", reasons)}";
    }

    private void Write(string text) => output.WriteLine(Texts.OneLine(text));
}
