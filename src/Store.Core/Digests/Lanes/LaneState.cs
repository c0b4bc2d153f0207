using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GlanceStore.Digests;

/// <summary>Between the words of digests one by one, and side by side.</summary>
internal static unsafe class LaneState<TWord, TElement>
    where TWord : unmanaged
    where TElement : unmanaged
{
    // A vector that lies across two cache lines is read twice.
    private const int Alignment = 64;

    /// <summary>How many lanes a word has.</summary>
    public static int Count => sizeof(TWord) / sizeof(TElement);

    /// <summary>How many bytes hold so many words, wherever they begin.</summary>
    public static int RoomFor(int words) => (words * sizeof(TWord)) + Alignment;

    /// <summary>The first place in the room that a vector likes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWord* Align(byte* room) => (TWord*)(((nint)room + Alignment - 1) & -Alignment);

    /// <summary>Where each lane's bytes begin. Lanes that nobody needs take the first one's again.</summary>
    public static void Point(ReadOnlySpan<Lane> lanes, byte** data)
    {
        for (var i = 0; i < Count; i++)
        {
            data[i] = lanes[i < lanes.Length ? i : 0].Data;
        }
    }

    public static void Load(ReadOnlySpan<Lane> lanes, TWord* state)
    {
        for (var i = 0; i < Count; i++)
        {
            var words = WordsOf(lanes[i < lanes.Length ? i : 0]);
            for (var word = 0; word < words.Length; word++)
            {
                ((TElement*)(state + word))[i] = words[word];
            }
        }
    }

    public static void Store(ReadOnlySpan<Lane> lanes, TWord* state)
    {
        for (var i = 0; i < lanes.Length; i++)
        {
            var words = WordsOf(lanes[i]);
            for (var word = 0; word < words.Length; word++)
            {
                words[word] = ((TElement*)(state + word))[i];
            }
        }
    }

    private static Span<TElement> WordsOf(Lane lane) => MemoryMarshal.Cast<byte, TElement>(lane.State.AsSpan());
}
