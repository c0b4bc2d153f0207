namespace GlanceStore.Transfer;

/// <summary>Somebody who holds memory that he can do without for a while.</summary>
internal interface IMemoryHolder
{
    /// <summary>How long nobody has asked it for anything.</summary>
    long IdleMilliseconds { get; }

    /// <summary>How long it has held what it holds.</summary>
    long HeldMilliseconds { get; }

    /// <summary>Gives back all it holds, unless it is in use right now or holds nothing.</summary>
    ValueTask<bool> TryGiveBackAsync();
}
