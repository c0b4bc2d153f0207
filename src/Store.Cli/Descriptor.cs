using System.Runtime.InteropServices;

namespace GlanceStore.Cli;

/// <summary>A stream that the process was given, by its number. Whoever shares it may have made it one that never waits; here it waits.</summary>
internal static partial class Descriptor
{
    public const int TryAgain = 11;

    private const int Interrupted = 4;
    private const short Readable = 1;
    private const short Writable = 4;

    // The wait looks at its token as often as this.
    private const int PollMilliseconds = 100;

    public static ValueTask WaitToReadAsync(int descriptor, CancellationToken cancellationToken) => WaitAsync(descriptor, Readable, cancellationToken);

    /// <summary>Writes all of it. The call blocks its thread where the other side does not read.</summary>
    /// <exception cref="IOException">It was not all written.</exception>
    public static async ValueTask WriteAsync(int descriptor, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (bytes.Length > 0)
        {
            var count = Write(descriptor, bytes.Span, out var error);
            if (count >= 0)
            {
                bytes = bytes[count..];
            }
            else if (error == TryAgain)
            {
                await WaitAsync(descriptor, Writable, cancellationToken);
            }
            else if (error != Interrupted)
            {
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
            }
        }
    }

    private static async ValueTask WaitAsync(int descriptor, short events, CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var wanted = new Poll { Descriptor = descriptor, Events = events };
        while (PollCall(ref wanted, 1, PollMilliseconds) <= 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static unsafe int Write(int descriptor, ReadOnlySpan<byte> bytes, out int error)
    {
        fixed (byte* first = bytes)
        {
            var count = (int)WriteCall(descriptor, first, (nuint)bytes.Length);
            error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            return count;
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint WriteCall(int descriptor, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollCall(ref Poll descriptors, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct Poll
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
