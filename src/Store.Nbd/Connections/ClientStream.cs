namespace GlanceStore.Nbd.Connections;

/// <summary>The bytes to and from one client; once TLS is agreed on, other ones.</summary>
internal sealed record ClientStream(Stream Stream, InputBuffer Input, OptionReplies Replies, bool IsSecured)
{
    public static ClientStream Plain(Stream stream) => Over(stream, isSecured: false);

    public static ClientStream Secured(Stream stream) => Over(stream, isSecured: true);

    private static ClientStream Over(Stream stream, bool isSecured) => new(stream, new InputBuffer(stream), new OptionReplies(stream), isSecured);
}
