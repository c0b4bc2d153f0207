using System.Text;

namespace GlanceStore.Cli;

/// <summary>Reads the text of a file that was named: a receipt, a session, a configuration. A pipe will do, and waiting for it can be cancelled.</summary>
internal static class NamedText
{
    private const int PieceBytes = 64 << 10;

    private static readonly FileStreamOptions Reading = new() { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite, BufferSize = 0 };

    /// <exception cref="IOException">It cannot be read, or is longer than that.</exception>
    public static async Task<string> ReadAsync(string path, long mostBytes, CancellationToken cancellationToken)
    {
        await using var file = await Interruptible.OpenAsync(path, Reading, cancellationToken);
        using var text = new MemoryStream();
        var piece = new byte[PieceBytes];
        for (int count; (count = await file.ReadAsync(piece, cancellationToken).AsTask().WaitAsync(cancellationToken)) > 0;)
        {
            if (text.Length + count > mostBytes)
            {
                throw new IOException($"It is longer than {mostBytes} bytes.");
            }

            text.Write(piece, 0, count);
        }

        text.Position = 0;
        using var reader = new StreamReader(text, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
