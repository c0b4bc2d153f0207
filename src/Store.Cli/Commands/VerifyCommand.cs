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
        Description = "A location such as file:///srv/images/ID, or a receipt file that put wrote.",
        HelpName = "location|receipt.json",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> All = new("--all")
    {
        Description = "The folder of the receipts (*.json) of many images: each is compared, and one that is bad does not end it.",
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
        var read = new Queue<(string File, UsageException? Error)>();
        await foreach (var result in scrub.CheckAllAsync(ReceiptsAsync(files, read, cancellationToken), cancellationToken))
        {
            ReportMistakes(read, report);
            report.Add(read.Dequeue().File, result);
        }

        ReportMistakes(read, report);
        report.WriteSummary();
        return (int)report.ExitCode;
    }

    // What is no receipt has no result; its line stands where it stands in the folder.
    private static async IAsyncEnumerable<ImageReceipt> ReceiptsAsync(
        IEnumerable<string> files, Queue<(string File, UsageException? Error)> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            ImageReceipt? receipt = null;
            UsageException? error = null;
            try
            {
                receipt = await ImageReference.ReadAsync(file, cancellationToken);
            }
            catch (UsageException e)
            {
                error = e;
            }

            read.Enqueue((file, error));
            if (receipt is not null)
            {
                yield return receipt;
            }
        }
    }

    private static void ReportMistakes(Queue<(string File, UsageException? Error)> read, ScrubReport report)
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
        var image = await ImageReference.ResolveAsync(argument, stores, arguments.GetValue(Store), cancellationToken);
        var known = await KnownOfAsync(image, expect, cancellationToken);
        var size = await TransferBar.ShowAsync("verify", progress =>
            CompareAsync(image, known with { Progress = progress }, cancellationToken));
        string[] verified = [.. known.Manifest is null ? Array.Empty<string>() : ["chunks"], .. known.ExpectedDigests.Select(digest => digest.Algorithm)];
        Console.Out.WriteLine(arguments.GetValue(Json)
            ? JsonSerializer.Serialize(new VerifyJson(image.Location.Uri, image.Store.Id, size, verified), CliJson.Default.VerifyJson)
            : string.Create(CultureInfo.InvariantCulture, $"{image.Location}: {size} bytes, verified against {string.Join(", ", verified)}"));
        return (int)ExitCode.Done;
    }

    private static async Task<ReadOptions> KnownOfAsync(ImageReference image, Digest? expect, CancellationToken cancellationToken)
    {
        if (image.Receipt is { } receipt)
        {
            return expect is null ? KnownOf(receipt) : throw new UsageException("--expect goes with a location; a receipt says itself what to expect.");
        }

        // Without a receipt, a digest that the backend itself keeps will do.
        expect ??= (await image.Store.FindAsync(image.Location, cancellationToken) ?? throw image.NotFound()).Digest;
        return expect is not null
            ? new ReadOptions { ExpectedDigests = [expect] }
            : throw new UsageException("There is nothing to verify the image against: give its receipt, or its digest with --expect.");
    }

    private static ReadOptions KnownOf(ImageReceipt receipt)
    {
        foreach (var digest in receipt.Digests)
        {
            _ = Texts.Algorithm(digest.Algorithm);
        }

        return new ReadOptions { Manifest = receipt.Chunks, ExpectedDigests = [.. receipt.Digests] };
    }

    // To the end: the digests are checked by the read that would return nothing.
    private static async Task<long> CompareAsync(ImageReference image, ReadOptions known, CancellationToken cancellationToken)
    {
        await using var input = await image.Store.OpenReadAsync(image.Location, known, cancellationToken);
        await input.CopyToAsync(Stream.Null, cancellationToken);
        return input.Object.Size;
    }
}
