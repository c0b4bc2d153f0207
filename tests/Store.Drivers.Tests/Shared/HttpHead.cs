using System.Text;

namespace GlanceStore.Drivers.Testing;

/// <summary>The head of a request, as it comes over a connection.</summary>
internal static class HttpHead
{
    private const string End = "\r\n\r\n";

    /// <summary>Reads up to the empty line, and no byte of what follows it; null where the connection ends before.</summary>
    public static async Task<string?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith(End, StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, cancellationToken) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
