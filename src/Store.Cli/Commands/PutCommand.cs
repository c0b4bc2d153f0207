using System.CommandLine;
using System.Text.Json;
using GlanceStore.Formats;

namespace GlanceStore.Cli.Commands;

/// <summary><c>put</c>: stores a file or what comes through a pipe.</summary>
internal static class PutCommand
{
    private static readonly Argument<string> Source = new("source")
    {
        Description = "The file to store; - for stdin.",
        HelpName = "file|-",
    };

    private static readonly Option<string?> Id = new("--id")
    {
        Description = "The image's id: letters, digits and -._~, at most 255; a new UUID by default.",
        HelpName = "ID",
    };

    private static readonly Option<string?> Store = new("--store")
    {
        Description = "The store, or several with commas between them; the default one by default.",
        HelpName = "STORE[,STORE]",
    };

    private static readonly Option<bool> AllStores = new("--all-stores") { Description = "Put it into every store that takes images." };

    private static readonly Option<bool> BestEffort = new("--best-effort")
    {
        Description = "Of several stores, go on without those that fail; otherwise one that fails leaves the image in none.",
    };

    private static readonly Option<string> Hash = CommandLine.Hash();

    private static readonly Option<bool> NoMd5 = CommandLine.NoMd5();

    private static readonly Option<string?> Size = new("--size")
    {
        Description = "The size the source must have, in bytes; that of the file by default, unknown for a pipe.",
        HelpName = "BYTES",
    };

    private static readonly Option<bool> Replace = new("--replace") { Description = "Replace the image where the id is taken." };

    private static readonly Option<bool> ReadBack = new("--read-back")
    {
        Description = "Read the stored image again and compare it, before it is called stored; one that is not the same is removed.",
    };

    private static readonly Option<string?> Receipt = new("--receipt")
    {
        Description = "Write the receipt to this file: what get and verify need to verify every byte. Of several stores, to one file a "
            + "store: NAME.STORE.json for NAME.json.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Session = new("--session")
    {
        Description = "Keep in this new file how far the put has come, so that it can be gone on with after a failure; gone when the image is stored.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Resume = new("--resume")
    {
        Description = "Go on with the put that left this session file. The source is read from its start and must be the same; what the store has of "
            + "it is not sent again. Store and id are the session's.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Inspect = new("--inspect")
    {
        Description = "Find out what the image is while it passes by: format, size of the guest's disk and findings, into the receipt.",
    };

    private static readonly Option<string?> RequireFormat = new("--require-format")
    {
        Description = "Refuse an image of another format, or of none of several; nothing is stored then. A disk with a partition table (gpt, mbr) is raw as well.",
        HelpName = "FORMAT[,FORMAT]",
    };

    private static readonly Option<bool> RequireSafe = new("--require-safe")
    {
        Description = "Refuse an image that leads to what is outside of it, such as a backing file; nothing is stored then.",
    };

    private static readonly Option<bool> Json = CommandLine.Json("the receipt instead of the location");

    public static Command Create()
    {
        var command = new Command("put", "Stores an image and prints its location.")
        {
            Source, Id, Store, AllStores, BestEffort, Hash, NoMd5, Size, Replace, ReadBack, Receipt, Session, Resume, Inspect, RequireFormat, RequireSafe, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var session = await SessionFile.OfAsync(
            arguments.GetValue(Session), arguments.GetValue(Resume), arguments.GetRequiredValue(Source), cancellationToken);
        var id = arguments.GetValue(Id) is null && session.Resumed is { } before ? before.Id : Texts.Id(arguments.GetValue(Id));
        var size = arguments.GetValue(Size) is { } text ? Texts.Bytes(text) : (long?)null;
        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        var targets = TargetsOf(arguments, stores, session);
        await using var source = await SourceFile.OpenAsync(arguments.GetRequiredValue(Source), cancellationToken);

        // Opened before the image is stored: a receipt that cannot be written is found out while nothing has happened yet.
        await using var receipts = await ReceiptFiles.OpenAsync(arguments.GetValue(Receipt), arguments.GetRequiredValue(Source), targets, cancellationToken);
        var options = OptionsOf(arguments, size ?? SourceFile.SizeOf(source)) with { SessionFile = session.Path, Resume = session.Resumed };
        var report = await session.KeepAsync(() => TransferBar.ShowAsync("put", progress =>
            stores.PutAsync(id, source, targets, options with { Progress = progress }, cancellationToken)));

        // Before anything is printed, which may fail: the receipts are what cannot be had again.
        ImageReceipt[] stored = [.. report.Receipts];
        await receipts.WriteAsync(stored);
        if (stored.Length > 0)
        {
            ReceiptFiles.Print(TextOf(arguments, targets, stored), stored);
        }

        return report.IsComplete ? (int)ExitCode.Done : throw Incomplete(report);
    }

    private static string[] TargetsOf(ParseResult arguments, ImageStores stores, SessionFile session)
    {
        var named = arguments.GetValue(Store);
        if (!arguments.GetValue(AllStores))
        {
            return named is null ? [session.Resumed?.StoreId ?? stores.DefaultId] : Texts.Names("--store", named);
        }

        // One that is down is meant as well: that the image is not there is for the put to say.
        return named is null
            ? [.. stores.All.Where(store => store.Info.Driver.Capabilities.CanWrite).Select(store => store.Id), .. stores.Down.Select(store => store.Id)]
            : throw new UsageException("--store and --all-stores do not go together.");
    }

    private static string TextOf(ParseResult arguments, string[] targets, ImageReceipt[] stored) => (arguments.GetValue(Json), targets.Length) switch
    {
        (true, 1) => stored[0].ToJson(),
        (true, _) => JsonSerializer.Serialize(stored, CliJson.Default.ImageReceiptArray),
        _ => string.Join(Environment.NewLine, stored.Select(receipt => receipt.Location.Uri)),
    };

    private static IOException Incomplete(PutReport report) => new(string.Join(' ', report.Outcomes
        .Where(outcome => outcome.Error is not null)
        .Select(outcome => $"The image is not in the store '{outcome.StoreId}': {outcome.Error!.Message}")));

    private static PutOptions OptionsOf(ParseResult arguments, long? size) => new()
    {
        ExpectedSize = size,
        HashAlgorithm = Texts.Algorithm(arguments.GetRequiredValue(Hash)),
        ComputeMd5 = !arguments.GetValue(NoMd5),
        ReadBack = arguments.GetValue(ReadBack),
        Mode = arguments.GetValue(Replace) ? WriteMode.Replace : WriteMode.CreateNew,
        Policy = arguments.GetValue(BestEffort) ? PutPolicy.BestEffort : PutPolicy.AllOrNothing,
        Inspection = InspectionOf(arguments),
    };

    private static PutInspection? InspectionOf(ParseResult arguments)
    {
        var formats = arguments.GetValue(RequireFormat) is { } names ? Texts.Formats(names) : null;
        return formats is not null || arguments.GetValue(Inspect) || arguments.GetValue(RequireSafe)
            ? new PutInspection(() => new ImageInspector())
            {
                RequiredFormat = formats is [var only] ? only : null,
                AllowedFormats = formats is [_, _, ..] ? formats : null,
                RequireSafe = arguments.GetValue(RequireSafe),
            }
            : null;
    }
}
