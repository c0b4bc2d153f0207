using System.CommandLine;

namespace GlanceStore.Cli.Commands;

/// <summary><c>get</c>: reads an image, or a range of it, into a file or a pipe.</summary>
internal static class GetCommand
{
    private static readonly Argument<string[]> Images = new("image")
    {
        Description = "A location such as file:///srv/images/ID, or a receipt file that put wrote. Several are places of one image: the heaviest "
            + "store is read first, and another one goes on where it fails.",
        HelpName = "location|receipt.json",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string> Output = new("--output", "-o")
    {
        Description = "The file to write, which appears when all of it is there and verified; - for stdout.",
        HelpName = "FILE|-",
        DefaultValueFactory = _ => StandardStreams.Name,
    };

    private static readonly Option<string?> Store = CommandLine.Store();

    private static readonly Option<string?> Range = new("--range")
    {
        Description = "The first and the last byte to read, counted from 0; FIRST- for all that follow.",
        HelpName = "FIRST-LAST",
    };

    private static readonly Option<bool> Resume = new("--resume")
    {
        Description = "Keep what was fetched as FILE.part where get does not come to its end, and go on with it: with a receipt, what is there is "
            + "verified and only the rest is fetched.",
    };

    private static readonly Option<string?> HedgeAfter = new("--hedge-after")
    {
        Description = "Ask a second time for what has not come after so long, of another place if there is one; at most 5 % more is fetched. Off by default.",
        HelpName = "500ms|2s",
    };

    private static readonly Option<string?> Expect = CommandLine.Expect();

    public static Command Create()
    {
        var command = new Command("get", "Reads an image; with a receipt, every byte is verified before it is written.")
        {
            Images, Store, Output, Range, Resume, HedgeAfter, Expect,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var options = OptionsOf(arguments);
        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        var names = arguments.GetRequiredValue(Images);
        var (places, manifest) = await PlacesOf(names, stores, arguments.GetValue(Store), cancellationToken);
        options = options with { Manifest = manifest };
        var path = arguments.GetRequiredValue(Output);
        if (path == StandardStreams.Name)
        {
            await StandardStreams.WriteAsync(output => CopyAsync(stores, places, options, output, cancellationToken));
            return (int)ExitCode.Done;
        }

        if (path.Length > 0 && names.Any(name => !ImageReference.IsLocation(name) && UnixFile.IsSame(name, path)))
        {
            throw new UsageException($"The output '{path}' is the receipt itself; name another file.");
        }

        if (arguments.GetValue(Resume))
        {
            await ContinueAsync(stores, places, options, path, cancellationToken);
            return (int)ExitCode.Done;
        }

        await using var file = await OutputFile.CreateAsync(path, cancellationToken);
        await file.FillAsync(() => CopyAsync(stores, places, options, file.Stream, cancellationToken));
        await file.CompleteAsync(cancellationToken);
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

        if (arguments.GetValue(Resume) && (range is not null || expect is not null || arguments.GetRequiredValue(Output) == StandardStreams.Name))
        {
            throw new UsageException("--resume is for a whole image into a file (-o FILE) and does not go with --range or --expect.");
        }

        return new ReadOptions
        {
            Range = range is null ? null : Texts.Range(range),
            ExpectedDigests = expect is null ? [] : [Texts.Digest(expect)],
            HedgeAfter = arguments.GetValue(HedgeAfter) is { } wait ? Texts.Wait(wait) : null,
        };
    }

    // A place whose store is down or not there is passed over where there is another one; if it was a receipt, that verifies the others.
    private static async Task<(List<ImageLocation> Places, ChunkManifest? Manifest)> PlacesOf(
        string[] names, ImageStores stores, string? store, CancellationToken cancellationToken)
    {
        if (store is not null && names.Length > 1)
        {
            throw new UsageException("--store goes with one image; of several places, each tells its own.");
        }

        var places = new List<ImageLocation>();
        ChunkManifest? manifest = null;
        StoreException? absent = null;
        foreach (var name in names)
        {
            if (ImageReference.IsLocation(name))
            {
                try
                {
                    places.Add((await ImageReference.ResolveAsync(name, stores, store, cancellationToken)).Location);
                }
                catch (StoreException e)
                {
                    absent ??= e;
                }
            }
            else
            {
                var (location, receipt) = await ImageReference.LocateAsync(name, stores, store, cancellationToken);
                places.Add(location);
                manifest ??= receipt!.Chunks;
            }
        }

        return places.Count > 0 ? (places, manifest) : throw absent!;
    }

    private static async Task ContinueAsync(
        ImageStores stores, List<ImageLocation> places, ReadOptions options, string path, CancellationToken cancellationToken)
    {
        var chunks = options.Manifest ?? throw new UsageException("--resume takes a receipt: without one, nothing tells whether what is there is right.");
        await using var file = await OutputFile.ContinueAsync(path, cancellationToken);
        await file.FillAsync(async () =>
        {
            foreach (var missing in await PartialImage.FindMissingAsync(file.Stream, chunks, cancellationToken))
            {
                file.Stream.Position = missing.Offset;
                await CopyAsync(stores, places, options with { Range = missing }, file.Stream, cancellationToken);
            }

            file.Stream.SetLength(chunks.Size);
            await file.CompleteAsync(cancellationToken);
        });
    }

    private static Task CopyAsync(
        ImageStores stores, List<ImageLocation> places, ReadOptions options, Stream output, CancellationToken cancellationToken) =>
        TransferBar.ShowAsync("get", async progress =>
        {
            await using var input = await stores.OpenReadAsync(places, options with { Progress = progress, LendsPieces = true }, cancellationToken);
            await input.CopyToAsync(output, cancellationToken);
            return input.Verdict;
        });
}
