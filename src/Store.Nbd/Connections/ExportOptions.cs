using System.Buffers.Binary;
using GlanceStore.Nbd.Exports;
using GlanceStore.Nbd.Protocol;

namespace GlanceStore.Nbd.Connections;

/// <summary>The options that are about exports, and what one client has agreed on with them so far.</summary>
internal sealed class ExportOptions(OptionReplies replies, ExportTable exports, int maxRequestBytes, IExportUser user)
{
    /// <summary>The only metadata context there is; an id of 0 means nothing was chosen to some clients.</summary>
    public const uint AllocationId = 1;

    // Bytes can be read from anywhere, and pages are what guests and their caches read.
    private const uint LeastBlock = 1;
    private const uint PreferredBlock = 4096;

    private static readonly byte[] AllocationName = NbdText.Bytes(MetaContextQuery.Allocation, "name");

    private bool _structured;
    private string? _allocationOf;

    /// <summary>What was agreed on, once an export was chosen.</summary>
    public Negotiated? Chosen { get; private set; }

    public Task AnswerAsync(OptionKind option, byte[] data, CancellationToken cancellationToken) => option switch
    {
        OptionKind.List => ListAsync(data, cancellationToken),
        OptionKind.Info or OptionKind.Go => TellAsync(option, data, cancellationToken),
        OptionKind.StructuredReply => AgreeAsync(data, cancellationToken),
        OptionKind.ListMetaContext or OptionKind.SetMetaContext => MetaContextAsync(option, data, cancellationToken),
        _ => EndAsync(option, OptionReplyKind.Unsupported, "This server does not know the option.", cancellationToken),
    };

    /// <summary>Chooses an export; null where there is none of the name.</summary>
    public NbdExport? Choose(string name)
    {
        if (exports.Use(name, user) is { } use)
        {
            // Contexts are those of the export that they were chosen for.
            Chosen = new Negotiated(use, _structured, _allocationOf == name);
        }

        return Chosen?.Use.Export;
    }

    /// <summary>The size and the flags of an export, as both ways to choose one tell them.</summary>
    public void Describe(NbdExport export, Span<byte> target)
    {
        var flags = ExportFlags.HasFlags | ExportFlags.ReadOnly | ExportFlags.CanMultiConnection
            | (_structured ? ExportFlags.SendDontFragment : ExportFlags.None)
            | (export.CanCache ? ExportFlags.SendCache : ExportFlags.None);
        BinaryPrimitives.WriteUInt64BigEndian(target, (ulong)export.Size);
        BinaryPrimitives.WriteUInt16BigEndian(target[8..], (ushort)flags);
    }

    private async Task ListAsync(byte[] data, CancellationToken cancellationToken)
    {
        if (data.Length > 0)
        {
            await EndAsync(OptionKind.List, OptionReplyKind.Invalid, "The option has no data.", cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (var export in exports.All)
        {
            var name = new byte[sizeof(uint) + export.NameBytes.Length];
            BinaryPrimitives.WriteUInt32BigEndian(name, (uint)export.NameBytes.Length);
            export.NameBytes.CopyTo(name.AsSpan(sizeof(uint)));
            await replies.AddAsync(OptionKind.List, OptionReplyKind.Server, name, export.DescriptionBytes, cancellationToken).ConfigureAwait(false);
        }

        await EndAsync(OptionKind.List, cancellationToken).ConfigureAwait(false);
    }

    private async Task AgreeAsync(byte[] data, CancellationToken cancellationToken)
    {
        if (data.Length > 0)
        {
            await EndAsync(OptionKind.StructuredReply, OptionReplyKind.Invalid, "The option has no data.", cancellationToken).ConfigureAwait(false);
            return;
        }

        _structured = true;
        await EndAsync(OptionKind.StructuredReply, cancellationToken).ConfigureAwait(false);
    }

    private async Task TellAsync(OptionKind option, byte[] data, CancellationToken cancellationToken)
    {
        if (ExportQuery.Parse(data) is not { } query)
        {
            await EndAsync(option, OptionReplyKind.Invalid, "The option's lengths or its name are not valid.", cancellationToken).ConfigureAwait(false);
            return;
        }

        // The size that is told is that of the export which is read, whatever has its name a moment later.
        if ((option == OptionKind.Go ? Choose(query.Name) : exports.Find(query.Name)) is not { } export)
        {
            await EndAsync(option, OptionReplyKind.Unknown, "There is no export of that name.", cancellationToken).ConfigureAwait(false);
            return;
        }

        await InfoAsync(option, export, query, cancellationToken).ConfigureAwait(false);
        await EndAsync(option, cancellationToken).ConfigureAwait(false);
    }

    private async Task InfoAsync(OptionKind option, NbdExport export, ExportQuery query, CancellationToken cancellationToken)
    {
        var size = new byte[10];
        Describe(export, size);
        await InfoAsync(option, InfoKind.Export, size, cancellationToken).ConfigureAwait(false);

        var block = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(block, LeastBlock);
        BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(4), PreferredBlock);
        BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(8), (uint)maxRequestBytes);
        await InfoAsync(option, InfoKind.BlockSize, block, cancellationToken).ConfigureAwait(false);
        if (query.WantsName)
        {
            await InfoAsync(option, InfoKind.Name, export.NameBytes, cancellationToken).ConfigureAwait(false);
        }

        if (query.WantsDescription && export.DescriptionBytes is { } description)
        {
            await InfoAsync(option, InfoKind.Description, description, cancellationToken).ConfigureAwait(false);
        }
    }

    private ValueTask InfoAsync(OptionKind option, InfoKind kind, byte[] data, CancellationToken cancellationToken)
    {
        var number = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(number, (ushort)kind);
        return replies.AddAsync(option, OptionReplyKind.Info, number, data, cancellationToken);
    }

    private async Task MetaContextAsync(OptionKind option, byte[] data, CancellationToken cancellationToken)
    {
        var isList = option == OptionKind.ListMetaContext;
        if (!isList)
        {
            _allocationOf = null; // whatever comes of it, what was chosen before is not any more
        }

        if (!_structured || MetaContextQuery.Parse(data, isList) is not { } query)
        {
            var sentence = _structured ? "The option's lengths or texts are not valid." : "Structured replies come first.";
            await EndAsync(option, OptionReplyKind.Invalid, sentence, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (exports.Find(query.ExportName) is null)
        {
            await EndAsync(option, OptionReplyKind.Unknown, "There is no export of that name.", cancellationToken).ConfigureAwait(false);
            return;
        }

        if (query.MeansAllocation)
        {
            var id = new byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(id, AllocationId);
            await replies.AddAsync(option, OptionReplyKind.MetaContext, id, AllocationName, cancellationToken).ConfigureAwait(false);
            _allocationOf = isList ? _allocationOf : query.ExportName;
        }

        await EndAsync(option, cancellationToken).ConfigureAwait(false);
    }

    private Task EndAsync(OptionKind option, CancellationToken cancellationToken) =>
        EndAsync(option, OptionReplyKind.Acknowledged, "", cancellationToken);

    private Task EndAsync(OptionKind option, OptionReplyKind kind, string sentence, CancellationToken cancellationToken) =>
        replies.EndAsync(option, kind, sentence, cancellationToken).AsTask();
}
