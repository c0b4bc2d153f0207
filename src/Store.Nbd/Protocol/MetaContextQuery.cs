using System.Buffers.Binary;

namespace GlanceStore.Nbd.Protocol;

/// <summary>The data of <c>NBD_OPT_LIST_META_CONTEXT</c> and <c>NBD_OPT_SET_META_CONTEXT</c>: of which export, and whether <c>base:allocation</c> is meant.</summary>
internal sealed record MetaContextQuery(string ExportName, bool MeansAllocation)
{
    public const string Allocation = "base:allocation";

    // Only a list has wildcards: no query at all, and a namespace without a name.
    private const string Namespace = "base:";

    /// <summary>Reads it; null where its lengths contradict each other, or the name or a query is no text.</summary>
    public static MetaContextQuery? Parse(ReadOnlySpan<byte> data, bool isList)
    {
        if (!WireReader.TryReadText(ref data, out var name) || data.Length < 4)
        {
            return null;
        }

        var count = BinaryPrimitives.ReadUInt32BigEndian(data);
        data = data[4..];
        var meant = isList && count == 0;
        for (; count > 0; count--)
        {
            if (!WireReader.TryReadText(ref data, out var query))
            {
                return null;
            }

            meant |= query == Allocation || (isList && query == Namespace);
        }

        return data.IsEmpty ? new MetaContextQuery(name, meant) : null;
    }
}
