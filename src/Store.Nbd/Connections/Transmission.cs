using System.Globalization;
using GlanceStore.Nbd.Protocol;
using Microsoft.Extensions.Logging;

namespace GlanceStore.Nbd.Connections;

/// <summary>The requests of one client, worked on side by side and answered as they are ready.</summary>
internal sealed class Transmission : IDisposable
{
    // Of a longer read the first part is on its way while the next is read, and no more than a part lies here.
    public const int PartBytes = 1 << 20;
    private const int MostExtents = 1024;

    private readonly Negotiated _agreed;
    private readonly InputBuffer _input;
    private readonly ReplyWriter _output;
    private readonly ReplyMemory _memory;
    private readonly ReplyMemory.Share _share = new();
    private readonly NbdServerOptions _options;
    private readonly SemaphoreSlim _turns;
    private readonly string _client;
    private string? _lastFailure;

    public Transmission(Negotiated agreed, ClientStream client, ReplyMemory memory, NbdServerOptions options, string name, Action<Exception> failed)
    {
        (_agreed, _input, _memory, _options, _client) = (agreed, client.Input, memory, options, name);
        _turns = new SemaphoreSlim(options.MaxRequestsPerConnection, options.MaxRequestsPerConnection);
        _output = new ReplyWriter(client.Stream, End, failed, options.TimeProvider);
    }

    /// <summary>How long the client has not taken what is being sent.</summary>
    public TimeSpan StalledFor => _output.StalledFor;

    private NbdExport Export => _agreed.Use.Export;

    /// <summary>Answers requests until the client says that it goes, its bytes end or <paramref name="isStopping"/>.</summary>
    /// <returns>Whether it said so.</returns>
    /// <exception cref="ClientException">The client has to be disconnected.</exception>
    public async Task<bool> RunAsync(Func<bool> isStopping, CancellationToken cancellationToken)
    {
        try
        {
            while (!isStopping() && await NextAsync(cancellationToken).ConfigureAwait(false) is { } request)
            {
                if (request.Kind == RequestKind.Disconnect)
                {
                    return true;
                }

                if (request.Kind == RequestKind.Write && !await SkipContentAsync(request, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }

                await TurnAsync(cancellationToken).ConfigureAwait(false);
                _ = ServeAsync(request, cancellationToken);
            }

            return false;
        }
        finally
        {
            _output.Release();
        }
    }

    /// <summary>Ends once every request is answered or given up, and every answer sent or lost with its connection.</summary>
    public async Task DrainAsync()
    {
        for (var turn = 0; turn < _options.MaxRequestsPerConnection; turn++)
        {
            await _turns.WaitAsync().ConfigureAwait(false);
        }

        await _output.IdleAsync().ConfigureAwait(false);
    }

    public void Dispose() => _turns.Dispose();

    private void End(int requests)
    {
        if (requests > 0)
        {
            _turns.Release(requests);
        }
    }

    // While requests are here already their answers wait for each other, to be sent as one.
    private async ValueTask<NbdRequest?> NextAsync(CancellationToken cancellationToken)
    {
        if (_input.Available.Length < NbdRequest.WireBytes)
        {
            _output.Release();
            if (!await _input.FillAsync(NbdRequest.WireBytes, cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            _output.Hold();
        }

        if (!NbdRequest.TryParse(_input.Available, out var request))
        {
            throw new ClientException("it sent no request where one was due");
        }

        _input.Advance(NbdRequest.WireBytes);
        return request;
    }

    // Nothing is written, and what was to be written stands between this request and the next.
    private async ValueTask<bool> SkipContentAsync(NbdRequest request, CancellationToken cancellationToken)
    {
        if (request.Length > _options.MaxRequestBytes)
        {
            throw new ClientException($"it sent {request.Length} bytes to be written to a device that is only read");
        }

        _output.Release();
        return await _input.SkipAsync(request.Length, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask TurnAsync(CancellationToken cancellationToken)
    {
        var turn = _turns.WaitAsync(cancellationToken);
        if (!turn.IsCompleted)
        {
            _output.Release(); // the turn may be that of an answer which waits for others
        }

        await turn.ConfigureAwait(false);
    }

    private async Task ServeAsync(NbdRequest request, CancellationToken cancellationToken)
    {
        if (Refusal(request) is (var error, var sentence))
        {
            Fail(request, error, sentence, null);
            return;
        }

        var offset = (long)request.Offset;
        try
        {
            while (request.Kind == RequestKind.Read && offset < (long)request.Offset + request.Length)
            {
                offset = await ReadPartAsync(request, offset, cancellationToken).ConfigureAwait(false);
            }

            if (request.Kind == RequestKind.BlockStatus)
            {
                await TellExtentsAsync(request, cancellationToken).ConfigureAwait(false);
            }
            else if (request.Kind == RequestKind.Cache)
            {
                await Export.CacheAsync(offset, request.Length, cancellationToken).ConfigureAwait(false);
                _output.Add(ReplyFormat.Simple(request.Cookie, NbdError.None));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            End(1); // nobody is there to be told
        }
        catch (Exception e)
        {
            Report(e, offset);
            Fail(request, NbdError.InputOutput, SentenceOf(e, offset), request.Kind == RequestKind.Cache ? null : offset);
        }
    }

    private (NbdError Error, string Sentence)? Refusal(NbdRequest request)
    {
        var known = request.Kind switch
        {
            RequestKind.Read => _agreed.StructuredReplies ? RequestFlags.DontFragment : RequestFlags.None,
            RequestKind.BlockStatus => RequestFlags.OneExtent,
            _ => RequestFlags.None,
        };
        return request.Kind switch
        {
            RequestKind.Write or RequestKind.Trim or RequestKind.WriteZeroes => (NbdError.NotPermitted, "This export is only read."),
            RequestKind.BlockStatus when !_agreed.Allocation => (NbdError.Invalid, "No metadata context was chosen for this export."),
            RequestKind.Cache when !Export.CanCache => (NbdError.Invalid, "This export fetches nothing ahead."),
            not (RequestKind.Read or RequestKind.BlockStatus or RequestKind.Cache) => (NbdError.Invalid, "This server does not know the request."),
            _ when (request.Flags & ~known) != 0 => (NbdError.Invalid, "The request has flags that were not offered."),
            _ when !request.IsWithin(Export.Size) => (NbdError.Invalid, "The request is empty or reaches beyond the end of the export."),
            RequestKind.Read when request.Length > _options.MaxRequestBytes => (NbdError.Invalid, "The read is longer than this server's block size allows."),
            _ => null,
        };
    }

    /// <returns>Where the next part begins.</returns>
    private async ValueTask<long> ReadPartAsync(NbdRequest request, long offset, CancellationToken cancellationToken)
    {
        var end = (long)request.Offset + request.Length;
        var isWhole = !_agreed.StructuredReplies || request.Flags.HasFlag(RequestFlags.DontFragment);
        var length = (int)(isWhole ? end - offset : Math.Min(end - offset, PartBytes));

        // What waits for a store takes no memory from clients whose bytes are here.
        await Export.ReadyAsync(offset, length, cancellationToken).ConfigureAwait(false);
        var buffer = await _memory.RentAsync(_share, length, cancellationToken).ConfigureAwait(false);
        try
        {
            await Export.ReadAsync(offset, buffer.Content(length), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            buffer.Abandon();
            throw;
        }

        var isLast = offset + length == end;
        if (!_agreed.StructuredReplies)
        {
            _output.Add(ReplyFormat.SimpleData(request.Cookie, buffer, length));
        }
        else if (buffer.Content(length).Span.ContainsAnyExcept((byte)0))
        {
            _output.Add(ReplyFormat.Data(request.Cookie, offset, buffer, length, isLast));
        }
        else
        {
            buffer.Return();
            _output.Add(ReplyFormat.Hole(request.Cookie, offset, length, isLast));
        }

        return offset + length;
    }

    private async ValueTask TellExtentsAsync(NbdRequest request, CancellationToken cancellationToken)
    {
        var offset = (long)request.Offset;
        var list = new ExtentList(offset, request.Length, request.Flags.HasFlag(RequestFlags.OneExtent) ? 1 : MostExtents);
        await foreach (var extent in Export.GetExtentsAsync(offset, request.Length, cancellationToken).ConfigureAwait(false))
        {
            if (!list.TryAdd(extent))
            {
                break;
            }
        }

        _output.Add(ReplyFormat.Extents(request.Cookie, ExportOptions.AllocationId, list.Extents));
    }

    private void Fail(NbdRequest request, NbdError error, string sentence, long? offset) => _output.Add(_agreed.StructuredReplies
        ? ReplyFormat.Error(request.Cookie, error, sentence, offset)
        : ReplyFormat.Simple(request.Cookie, error));

    // Where the image is stored is nothing that a client needs to know: that is in the log.
    private static string SentenceOf(Exception e, long offset) => string.Create(CultureInfo.InvariantCulture,
        $"What is at byte {offset} and after it could not be read{(e is StoreException store ? $" ({store.Error})" : "")}; the server's log says why.");

    private void Report(Exception e, long offset)
    {
        var reason = e is StoreException ? e.Message : e.ToString();
        if (Interlocked.Exchange(ref _lastFailure, reason) != reason)
        {
            Log.ReadFailed(_options.Logger, _client, Export.Name, offset, reason);
        }
    }
}
