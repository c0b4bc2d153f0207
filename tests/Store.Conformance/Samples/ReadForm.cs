namespace GlanceStore.Conformance;

/// <summary>The forms of reading that a stream has.</summary>
public enum ReadForm
{
    /// <summary><see cref="Stream.ReadByte"/>.</summary>
    Byte,

    /// <summary><see cref="Stream.Read(byte[], int, int)"/>.</summary>
    Array,

    /// <summary><see cref="Stream.Read(Span{byte})"/>.</summary>
    Span,

    /// <summary><see cref="Stream.ReadAsync(byte[], int, int, CancellationToken)"/>.</summary>
    ArrayAsync,

    /// <summary><see cref="Stream.ReadAsync(Memory{byte}, CancellationToken)"/>.</summary>
    MemoryAsync,

    /// <summary><see cref="Stream.BeginRead"/> and <see cref="Stream.EndRead"/>.</summary>
    BeginEnd,

    /// <summary><see cref="Stream.CopyTo(Stream, int)"/>.</summary>
    CopyTo,

    /// <summary><see cref="Stream.CopyToAsync(Stream, int, CancellationToken)"/>.</summary>
    CopyToAsync,
}

/// <summary>Reads streams in any form.</summary>
public static class ReadFormExtensions
{
    /// <summary>Reads a stream to its end in one form, with a buffer of a given length.</summary>
    public static async Task<byte[]> ReadToEndAsync(this ReadForm form, Stream stream, int bufferBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var all = new MemoryStream();
        if (form == ReadForm.CopyTo)
        {
            stream.CopyTo(all, bufferBytes);
        }
        else if (form == ReadForm.CopyToAsync)
        {
            await stream.CopyToAsync(all, bufferBytes);
        }
        else
        {
            var buffer = new byte[bufferBytes];
            while (await ReadAsync(form, stream, buffer) is > 0 and var count)
            {
                all.Write(buffer, 0, count);
            }
        }

        return all.ToArray();
    }

    private static async ValueTask<int> ReadAsync(ReadForm form, Stream stream, byte[] buffer) => form switch
    {
        ReadForm.Byte => ReadByte(stream, buffer),
        ReadForm.Array => stream.Read(buffer, 0, buffer.Length),
        ReadForm.Span => stream.Read(buffer.AsSpan()),
        ReadForm.ArrayAsync => await stream.ReadAsync(buffer, 0, buffer.Length),
        ReadForm.MemoryAsync => await stream.ReadAsync(buffer.AsMemory()),
        _ => await Task.Factory.FromAsync(stream.BeginRead, stream.EndRead, buffer, 0, buffer.Length, null),
    };

    private static int ReadByte(Stream stream, byte[] buffer)
    {
        var read = stream.ReadByte();
        buffer[0] = unchecked((byte)read);
        return read < 0 ? 0 : 1;
    }
}
