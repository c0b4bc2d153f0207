using GlanceStore.Nbd.Exports;

namespace GlanceStore.Nbd.Connections;

/// <summary>What a client and the server have agreed on when bytes begin to be asked for.</summary>
/// <param name="Use">The export, in use by this client until it is disposed.</param>
/// <param name="StructuredReplies">Whether answers are structured.</param>
/// <param name="Allocation">Whether the client may ask for the extents.</param>
internal sealed record Negotiated(ExportUse Use, bool StructuredReplies, bool Allocation);
