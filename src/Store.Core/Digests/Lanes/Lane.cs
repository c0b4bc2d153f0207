namespace GlanceStore.Digests;

/// <summary>One digest in a turn of several: its words between two blocks, and its next bytes, pinned as long as the turn takes.</summary>
internal readonly unsafe struct Lane(byte[] state, byte* data)
{
    /// <summary>The digest's words as the processor holds them.</summary>
    public byte[] State => state;

    public byte* Data => data;
}

/// <summary>Takes so many whole blocks of every lane.</summary>
internal delegate void Compress(ReadOnlySpan<Lane> lanes, int blocks);

/// <summary>A way to take several digests at once.</summary>
/// <param name="Lanes">How many; less cost as much.</param>
/// <param name="Cost">How long the same blocks take, when one digest alone takes 1.</param>
/// <param name="Compress">The way.</param>
internal sealed record LaneWidth(int Lanes, double Cost, Compress Compress);
