using System.Text;
using Spectre.Console;

namespace GlanceStore.Cli;

/// <summary>The terminal that a progress bar is drawn on. One that was closed meanwhile takes nothing, and that is no failure of the transfer.</summary>
internal sealed class ProgressTerminal : IAnsiConsoleOutput
{
    private readonly AnsiConsoleOutput _stderr = new(Console.Error);

    public TextWriter Writer { get; } = new Forgiving(Console.Error);

    public bool IsTerminal => _stderr.IsTerminal;

    public int Width => _stderr.Width;

    public int Height => _stderr.Height;

    public void SetEncoding(Encoding encoding) => _stderr.SetEncoding(encoding);

    private sealed class Forgiving(TextWriter inner) : TextWriter
    {
        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => Try(() => inner.Write(value));

        public override void Write(string? value) => Try(() => inner.Write(value));

        public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

        public override void Flush() => Try(inner.Flush);

        private static void Try(Action write)
        {
            try
            {
                write();
            }
            catch (IOException)
            {
            }
        }
    }
}
