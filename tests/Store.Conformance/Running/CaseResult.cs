namespace GlanceStore.Conformance;

/// <summary>One case of a suite, and what became of it.</summary>
/// <param name="Suite">The suite, such as <c>PutSuite</c>.</param>
/// <param name="Case">The case and its arguments, such as <c>Nothing_is_visible_before_the_commit(3)</c>.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">One text: what is not offered, why it was not checked, or what failed; null where it holds.</param>
public sealed record CaseResult(string Suite, string Case, CaseOutcome Outcome, string? Reason);
