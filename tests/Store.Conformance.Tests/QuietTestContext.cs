namespace GlanceStore.Conformance;

/// <summary>What MSTest would hand to a case that it runs itself.</summary>
internal sealed class QuietTestContext : TestContext
{
    public override IDictionary<string, object?> Properties { get; } = new Dictionary<string, object?>();

    public override UnitTestOutcome CurrentTestOutcome => UnitTestOutcome.InProgress;

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
