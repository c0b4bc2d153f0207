namespace GlanceStore.Conformance;

/// <summary>What MSTest would hand to a case. What a case writes besides its result goes nowhere.</summary>
internal sealed class CaseContext : TestContext
{
    public CaseContext(CancellationTokenSource cancellation) => CancellationTokenSource = cancellation;

    public UnitTestOutcome Outcome { get; set; } = UnitTestOutcome.InProgress;

    public override IDictionary<string, object?> Properties { get; } = new Dictionary<string, object?>();

    public override UnitTestOutcome CurrentTestOutcome => Outcome;

    public override void AddResultFile(string fileName)
    {
    }

    public override void Write(string? message)
    {
    }

    public override void Write(string format, params object?[] args)
    {
    }

    public override void WriteLine(string? message)
    {
    }

    public override void WriteLine(string format, params object?[] args)
    {
    }

    public override void DisplayMessage(MessageLevel messageLevel, string message)
    {
    }
}
