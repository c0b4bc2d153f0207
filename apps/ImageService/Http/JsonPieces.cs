using System.Buffers;
using System.Text.Json;

namespace GlanceStore.ImageService.Http;

/// <summary>A long JSON answer, which is sent as it grows. Until its first piece is sent, an error is answered as everywhere.</summary>
internal sealed class JsonPieces : IDisposable
{
    private const int PieceBytes = 64 << 10;

    private readonly HttpContext _context;
    private readonly ArrayBufferWriter<byte> _piece = new();

    public JsonPieces(HttpContext context)
    {
        _context = context;
        context.Response.ContentType = "application/json";
        Writer = new Utf8JsonWriter(_piece);
    }

    public Utf8JsonWriter Writer { get; }

    /// <summary>Sends what was written, once it is worth it.</summary>
    public async ValueTask GrowAsync()
    {
        Writer.Flush();
        if (_piece.WrittenCount >= PieceBytes)
        {
            await SendAsync();
        }
    }

    /// <summary>Sends the rest, and with it the length where that is all.</summary>
    public async Task EndAsync()
    {
        Writer.Flush();
        if (!_context.Response.HasStarted)
        {
            _context.Response.ContentLength = _piece.WrittenCount;
        }

        await SendAsync();
    }

    public void Dispose() => Writer.Dispose();

    private async Task SendAsync()
    {
        await _context.Response.Body.WriteAsync(_piece.WrittenMemory, _context.RequestAborted);
        _piece.ResetWrittenCount();
    }
}
