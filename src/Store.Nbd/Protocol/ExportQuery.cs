using System.Buffers.Binary;

namespace GlanceStore.Nbd.Protocol;

/// <summary>The data of <c>NBD_OPT_INFO</c> and <c>NBD_OPT_GO</c>: of which export, and what else is to be told of it.</summary>
internal sealed record ExportQuery(string Name, bool WantsName, bool WantsDescription)
{
    /// <summary>Reads it; null where its lengths contradict each other or the name is no text.</summary>
    public static ExportQuery? Parse(ReadOnlySpan<byte> data)
    {
        if (!WireReader.TryReadText(ref data, out var name) || data.Length < 2)
        {
            return null;
        }

        var count = BinaryPrimitives.ReadUInt16BigEndian(data);
        data = data[2..];
        if (data.Length != count * 2)
        {
            return null;
        }

        var query = new ExportQuery(name, false, false);
        for (; data.Length > 0; data = data[2..])
        {
            var kind = (InfoKind)BinaryPrimitives.ReadUInt16BigEndian(data);
            query = query with
            {
                WantsName = query.WantsName || kind == InfoKind.Name,
                WantsDescription = query.WantsDescription || kind == InfoKind.Description,
            };
        }

        return query;
    }
}
