namespace GlanceStore.Nbd.Connections;

/// <summary>Bytes to be sent as they are.</summary>
/// <param name="Bytes">What is sent.</param>
/// <param name="Buffer">What they lie in and goes back once they are sent; null where it is an array of their own.</param>
/// <param name="EndsRequest">Whether the request that they answer is done with them.</param>
internal readonly record struct Reply(ReadOnlyMemory<byte> Bytes, ReplyBuffer? Buffer, bool EndsRequest);
