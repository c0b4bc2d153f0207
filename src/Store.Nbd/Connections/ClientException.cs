namespace GlanceStore.Nbd.Connections;

/// <summary>A client did what leaves nothing but to disconnect it; the message says what, for the log.</summary>
internal sealed class ClientException(string reason) : Exception(reason);
