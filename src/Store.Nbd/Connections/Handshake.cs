using System.Buffers.Binary;
using GlanceStore.Nbd.Exports;
using GlanceStore.Nbd.Protocol;

namespace GlanceStore.Nbd.Connections;

/// <summary>What comes before bytes: the greeting, TLS, and the options of the fixed newstyle, until the client has chosen an export.</summary>
/// <remarks>
/// Facts are from the protocol's document (NetworkBlockDevice/nbd, doc/proto.md). The client is not trusted with a length, a number of options or an order;
/// the time it takes is watched by whoever called.
/// </remarks>
internal sealed class Handshake(ClientStream client, ExportTable exports, TlsUpgrade? tls, int maxRequestBytes, IExportUser user)
{
    private const HandshakeFlags Offered = HandshakeFlags.FixedNewstyle | HandshakeFlags.NoZeroes;
    private const int OptionHeaderBytes = 16;
    private const int UnusedZeroes = 124;

    // Far more than any client has to say, and little enough to say no to.
    private const int MostOptions = 4096;
    private const int MostSkippedBytes = 1 << 20;

    private HandshakeFlags _flags;
    private ExportOptions _options = new(client.Replies, exports, maxRequestBytes, user);

    /// <summary>The bytes to and from the client, as they were last.</summary>
    public ClientStream Client => client;

    /// <summary>What was agreed on; null until an export is chosen.</summary>
    public Negotiated? Chosen => _options.Chosen;

    private bool NeedsTls => tls is not null && !client.IsSecured;

    /// <summary>What was agreed on; null where the client left.</summary>
    /// <exception cref="ClientException">The client has to be disconnected.</exception>
    public async Task<Negotiated?> RunAsync(CancellationToken cancellationToken)
    {
        await GreetAsync(cancellationToken).ConfigureAwait(false);
        for (var count = 0; count < MostOptions; count++)
        {
            if (!await client.Input.FillAsync(OptionHeaderBytes, cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            var (option, length) = ReadHeader();
            if (option == OptionKind.ExportName)
            {
                return await ChooseAsync(length, cancellationToken).ConfigureAwait(false);
            }

            if (!await AnswerAsync(option, length, cancellationToken).ConfigureAwait(false))
            {
                return Chosen;
            }
        }

        throw new ClientException($"it sent {MostOptions} options and chose no export");
    }

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        var greeting = new byte[18];
        BinaryPrimitives.WriteUInt64BigEndian(greeting, Magic.Server);
        BinaryPrimitives.WriteUInt64BigEndian(greeting.AsSpan(8), Magic.Option);
        BinaryPrimitives.WriteUInt16BigEndian(greeting.AsSpan(16), (ushort)Offered);
        await client.Stream.WriteAsync(greeting, cancellationToken).ConfigureAwait(false);
        if (!await client.Input.FillAsync(sizeof(uint), cancellationToken).ConfigureAwait(false))
        {
            return; // the loop finds nothing more
        }

        _flags = (HandshakeFlags)BinaryPrimitives.ReadUInt32BigEndian(client.Input.Available);
        client.Input.Advance(sizeof(uint));
        if ((_flags & ~Offered) != 0)
        {
            throw new ClientException($"it sets flags that there are not (0x{(uint)_flags:x})");
        }
    }

    private (OptionKind Option, uint Length) ReadHeader()
    {
        var header = client.Input.Available;
        if (BinaryPrimitives.ReadUInt64BigEndian(header) != Magic.Option)
        {
            throw new ClientException("it does not speak the newstyle of NBD");
        }

        var read = ((OptionKind)BinaryPrimitives.ReadUInt32BigEndian(header[8..]), BinaryPrimitives.ReadUInt32BigEndian(header[12..]));
        client.Input.Advance(OptionHeaderBytes);
        return read;
    }

    // The one option that cannot be answered with an error.
    private async Task<Negotiated?> ChooseAsync(uint length, CancellationToken cancellationToken)
    {
        if (NeedsTls)
        {
            throw new ClientException("it asked for an export before TLS");
        }

        if (length > NbdText.MostBytes)
        {
            throw new ClientException($"it asked for an export with a name of {length} bytes");
        }

        if (!await client.Input.FillAsync((int)length, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        var name = NbdText.Parse(client.Input.Available[..(int)length]) ?? throw new ClientException("it asked for an export with a name that is no text");
        client.Input.Advance((int)length);
        var export = _options.Choose(name) ?? throw new ClientException("it asked for an export that there is not");
        var reply = new byte[10 + (_flags.HasFlag(HandshakeFlags.NoZeroes) ? 0 : UnusedZeroes)];
        _options.Describe(export, reply);
        await client.Stream.WriteAsync(reply, cancellationToken).ConfigureAwait(false);
        return Chosen;
    }

    /// <returns>Whether the client goes on with options: it has neither left nor chosen.</returns>
    private async Task<bool> AnswerAsync(OptionKind option, uint length, CancellationToken cancellationToken)
    {
        if (!_flags.HasFlag(HandshakeFlags.FixedNewstyle))
        {
            throw new ClientException("it sent an option of the fixed newstyle, which it has not agreed to");
        }

        if (length > InputBuffer.Capacity)
        {
            return await SkipAsync(option, length, cancellationToken).ConfigureAwait(false);
        }

        if (!await client.Input.FillAsync((int)length, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        var data = client.Input.Available[..(int)length].ToArray();
        client.Input.Advance(data.Length);
        switch (option)
        {
            case OptionKind.Abort:
                await client.Replies.EndAsync(option, OptionReplyKind.Acknowledged, "", cancellationToken).ConfigureAwait(false);
                return false;
            case OptionKind.StartTls:
                await StartTlsAsync(data, cancellationToken).ConfigureAwait(false);
                return true;
            case var _ when NeedsTls:
                await client.Replies.EndAsync(option, OptionReplyKind.TlsRequired, "This server is read over TLS only.", cancellationToken).ConfigureAwait(false);
                return true;
            default:
                await _options.AnswerAsync(option, data, cancellationToken).ConfigureAwait(false);
                return Chosen is null;
        }
    }

    private async Task<bool> SkipAsync(OptionKind option, uint length, CancellationToken cancellationToken)
    {
        if (length > MostSkippedBytes)
        {
            throw new ClientException($"it sent an option of {length} bytes");
        }

        if (!await client.Input.SkipAsync(length, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        var (kind, sentence) = Enum.IsDefined(option)
            ? (OptionReplyKind.TooBig, $"An option has at most {InputBuffer.Capacity} bytes here.")
            : (OptionReplyKind.Unsupported, "");
        await client.Replies.EndAsync(option, kind, sentence, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task StartTlsAsync(byte[] data, CancellationToken cancellationToken)
    {
        if (tls is null || client.IsSecured || data.Length > 0)
        {
            var (kind, sentence) = tls is null
                ? (OptionReplyKind.Policy, "This server has no TLS.")
                : (OptionReplyKind.Invalid, client.IsSecured ? "This is TLS already." : "The option has no data.");
            await client.Replies.EndAsync(OptionKind.StartTls, kind, sentence, cancellationToken).ConfigureAwait(false);
            return;
        }

        await client.Replies.EndAsync(OptionKind.StartTls, OptionReplyKind.Acknowledged, "", cancellationToken).ConfigureAwait(false);
        client = await tls.SecureAsync(client, cancellationToken).ConfigureAwait(false);
        _options = new ExportOptions(client.Replies, exports, maxRequestBytes, user);
    }
}
