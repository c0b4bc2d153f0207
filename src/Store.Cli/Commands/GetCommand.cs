using System.CommandLine;

namespace GlanceStore.Cli.Commands;

/// <summary><c>get</c>: reads an image, or a range of it, into a file or a pipe.</summary>
internal static class GetCommand
{
    private static readonly Argument<string> Image = CommandLine.Image();

    private static readonly Option<string> Output = new("--output", "-o")
    {
        Description = "The file to write, which appears when all of it is there and verified; - for stdout.",
        HelpName = "FILE|-",
        DefaultValueFactory = _ => StandardStreams.Name,
    };

    private static readonly Option<string?> Range = new("--range")
    {
        Description = "The first and the last byte to read, counted from 0; FIRST- for all that follow.",
        HelpName = "FIRST-LAST",
    };

    private static readonly Option<string?> Expect = CommandLine.Expect();

    public static Command Create()
    {
        var command = new Command("get", "Reads an image; with a receipt, every byte is verified before it is written.")
        {
            Image, Output, Range, Expect,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var options = OptionsOf(arguments);
        await using var stores = StoreConfiguration.Open(arguments);
        var argument = arguments.GetRequiredValue(Image);
        var image = await ImageReference.ResolveAsync(argument, stores, cancellationToken);
        options = options with { Manifest = image.Receipt?.Chunks };
        var path = arguments.GetRequiredValue(Output);
        if (path == StandardStreams.Name)
        {
            await StandardStreams.WriteAsync(output => CopyAsync(image, options, output, cancellationToken));
            return (int)ExitCode.Done;
        }

        if (image.Receipt is not null && path.Length > 0 && UnixFile.IsSame(argument, path))
        {
            throw new UsageException($"The output '{path}' is the receipt itself; name another file.");
        }

        await using var file = await OutputFile.CreateAsync(path, cancellationToken);
        await CopyAsync(image, options, file.Stream, cancellationToken);
        await file.CompleteAsync();
        return (int)ExitCode.Done;
    }

    private static ReadOptions OptionsOf(ParseResult arguments)
    {
        var range = arguments.GetValue(Range);
        var expect = arguments.GetValue(Expect);
        if (range is not null && expect is not null)
        {
            throw new UsageException("--expect is the digest of the whole image and does not go with --range.");
        }

        return new ReadOptions
        {
            Range = range is null ? null : Texts.Range(range),
            ExpectedDigests = expect is null ? [] : [Texts.Digest(expect)],
        };
    }

    private static Task CopyAsync(ImageReference image, ReadOptions options, Stream output, CancellationToken cancellationToken) =>
        TransferBar.ShowAsync("get", async progress =>
        {
            const int BufferBytes = 256 << 10;
            await using var input = await image.Store.OpenReadAsync(
                image.Location, options with { Progress = progress }, cancellationToken);
            await input.CopyToAsync(output, BufferBytes, cancellationToken);
            return input.Verdict;
        });
}
