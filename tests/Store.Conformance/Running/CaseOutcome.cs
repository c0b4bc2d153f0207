namespace GlanceStore.Conformance;

/// <summary>What became of a case.</summary>
public enum CaseOutcome
{
    /// <summary>It holds.</summary>
    Holds,

    /// <summary>The driver does not declare what it is about, and the front refuses that, as it must.</summary>
    NotOffered,

    /// <summary>The harness cannot do what the case needs.</summary>
    NotChecked,

    /// <summary>It does not hold.</summary>
    Fails,
}
