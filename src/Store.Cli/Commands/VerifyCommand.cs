using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace GlanceStore.Cli.Commands;

/// <summary><c>verify</c>: reads an image, or all of a folder of receipts, and compares it with everything that is known of it.</summary>
internal static class VerifyCommand
{
    private static readonly Argument<string?> Image = new("image")
    {
        Description = "A location such as file:///srv/images/ID, a receipt file that put wrote, or a record of glance's fields.",
        HelpName = "location|receipt.json",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> All = new("--all")
    {
        Description = "The folder of the receipts (*.json) of many images, or of records of glance's fields: each is compared, and one that is bad does not end it.",
        HelpName = "DIR",
    };

    private static readonly Option<string?> Rate = new("--rate")
    {
        Description = "The most to read a second with --all, such as 800KiB, 50MiB or 1GiB; as fast as it goes by default.",
        HelpName = "BYTES",
    };

    private static readonly Option<int?> AtOnce = new("--at-once")
    {
        Description = "How many images --all reads at once; by default as many as are digested side by side here, and no more than --rate feeds.",
        HelpName = "N",
    };

    private static readonly Option<string?> Expect = CommandLine.Expect();

    private static readonly Option<string?> Store = CommandLine.Store();

    private static readonly Option<bool> Json = CommandLine.Json("the result");

    public static Command Create()
    {
        var command = new Command("verify", "Reads an image, or all of a folder of receipts, and compares it with its receipt, or with --expect.")
        {
            Image, Store, Expect, All, Rate, AtOnce, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var (image, folder) = (arguments.GetValue(Image), arguments.GetValue(All));
        if (image is null == folder is null)
        {
            throw new UsageException("Name one image to verify, or with --all the folder of the receipts of many.");
        }

        return folder is null ? VerifyAsync(image!, arguments, cancellationToken) : ScrubAsync(folder, arguments, cancellationToken);
    }

    private static async Task<int> ScrubAsync(string folder, ParseResult arguments, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(Store) is not null)
        {
            throw new UsageException("--store goes with one image; of many, each receipt tells its own.");
        }

        if (arguments.GetValue(Expect) is not null)
        {
            throw new UsageException("--expect goes with a location; a receipt says itself what to expect.");
        }

        var rate = arguments.GetValue(Rate) is { } text ? Texts.Rate(text) : (long?)null;
        if (arguments.GetValue(AtOnce) < 1)
        {
            throw new UsageException("--at-once is the number of images to read at once: 1 or more.");
        }

        var files = ReceiptFolder.FilesOf(folder);
        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        var scrub = new Scrub(stores, new ScrubOptions { BytesPerSecond = rate, Parallelism = arguments.GetValue(AtOnce) });
        var report = new ScrubReport(Console.Out, arguments.GetValue(Json));
        var read = new Queue<(string File, Exception? Error)>();
        await foreach (var result in scrub.CheckAllAsync(ImagesAsync(files, stores, read, cancellationToken), cancellationToken))
        {
            ReportMistakes(read, report);
            report.Add(read.Dequeue().File, result);
        }

        ReportMistakes(read, report);
        report.WriteSummary();
        return (int)report.ExitCode;
    }

    // What tells of no image has no result; its line stands where it stands in the folder.
    private static async IAsyncEnumerable<IKnownImage> ImagesAsync(
        IEnumerable<string> files, ImageStores stores, Queue<(string File, Exception? Error)> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            IKnownImage? image = null;
            Exception? error = null;
            try
            {
                image = await ImageReference.ReadKnownAsync(file, stores, cancellationToken);
            }
            catch (Exception e) when (e is UsageException or StoreException)
            {
                error = e;
            }

            read.Enqueue((file, error));
            if (image is not null)
            {
                yield return image;
            }
        }
    }

    private static void ReportMistakes(Queue<(string File, Exception? Error)> read, ScrubReport report)
    {
        while (read.TryPeek(out var next) && next.Error is { } error)
        {
            report.Add(read.Dequeue().File, error);
        }
    }

    private static async Task<int> VerifyAsync(string argument, ParseResult arguments, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(Rate) is not null || arguments.GetValue(AtOnce) is not null)
        {
            throw new UsageException("--rate and --at-once go with --all.");
        }

        var expect = arguments.GetValue(Expect) is { } text ? Texts.Digest(text) : null;
        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        var known = ImageReference.IsLocation(argument) ? null : await ImageReference.ReadKnownAsync(argument, stores, cancellationToken);
        var image = known is null
            ? await ImageReference.ResolveAsync(argument, stores, arguments.GetValue(Store), cancellationToken)
            : ImageReference.ResolveKnown(known, stores, arguments.GetValue(Store));
        var read = await ReadOfAsync(image, known, expect, cancellationToken);
        var size = await TransferBar.ShowAsync("verify", progress =>
            CompareAsync(image, known?.Size, read with { Progress = progress }, cancellationToken));
        string[] verified = [.. read.Manifest is null ? Array.Empty<string>() : ["chunks"], .. read.ExpectedDigests.Select(digest => digest.Algorithm)];
        Console.Out.WriteLine(arguments.GetValue(Json)
            ? JsonSerializer.Serialize(new VerifyJson(image.Location.Uri, image.Store.Id, size, verified), CliJson.Default.VerifyJson)
            : string.Create(CultureInfo.InvariantCulture, $"{image.Location}: {size} bytes, verified against {string.Join(", ", verified)}"));
        return (int)ExitCode.Done;
    }

    private static async Task<ReadOptions> ReadOfAsync(ImageReference image, IKnownImage? known, Digest? expect, CancellationToken cancellationToken)
    {
        if (known is not null && expect is not null)
        {
            throw new UsageException("--expect goes with a location; a receipt says itself what to expect.");
        }

        Digest[] digests = [.. known?.Digests ?? (expect is null ? [] : [expect])];
        foreach (var digest in digests)
        {
            _ = Texts.Algorithm(digest.Algorithm);
        }

        if (digests.Length == 0 && known?.Chunks is null)
        {
            // Where nobody recorded one, a digest that the backend itself keeps will do.
            var stored = await image.Store.FindAsync(image.Location, cancellationToken) ?? throw image.NotFound();
            digests = stored.Digest is { } kept
                ? [kept]
                : throw new UsageException("There is nothing to verify the image against: give its receipt, or its digest with --expect.");
        }

        return new ReadOptions { Manifest = known?.Chunks, ExpectedDigests = digests };
    }

    // To the end: the digests are checked by the read that would return nothing.
    private static async Task<long> CompareAsync(ImageReference image, long? recorded, ReadOptions known, CancellationToken cancellationToken)
    {
        await using var input = await image.Store.OpenReadAsync(image.Location, known, cancellationToken);
        if (recorded is { } size && size != input.Object.Size)
        {
            throw new StoreException(StoreError.Corrupted, $"The image at {image.Location} has {input.Object.Size} bytes, and {size} were recorded: it was cut, extended or replaced.");
        }

        await input.CopyToAsync(Stream.Null, cancellationToken);
        return input.Object.Size;
    }
}
