namespace GlanceStore;

/// <summary>stub</summary>
public sealed class TransferBudget(long bytes)
{
    /// <summary>stub</summary>
    public const long DefaultBytes = 64L << 20;

    /// <summary>stub</summary>
    public static TransferBudget Shared { get; } = new(DefaultBytes);

    /// <summary>stub</summary>
    public long Bytes { get; } = bytes;

    /// <summary>stub</summary>
    public long UsedBytes => 0;
}
