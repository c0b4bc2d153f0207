namespace GlanceStore.Cli;

/// <summary>What the process ends with; scripts act on these, so they never change.</summary>
internal enum ExitCode
{
    Done = 0,
    Failed = 1,
    Usage = 2,
    NotFound = 3,
    NotVerified = 4,
    AlreadyExists = 5,
    Refused = 6,
    InUse = 7,
}
