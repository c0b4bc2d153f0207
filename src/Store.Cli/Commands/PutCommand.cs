using System.CommandLine;

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

    private static readonly Option<string?> Store = new("--store") { Description = "The store; the default one by default.", HelpName = "STORE" };

    private static readonly Option<string> Hash = new("--hash")
    {
        Description = "The digest to compute beside the MD5, by hashlib's name.",
        HelpName = "ALGO",
        DefaultValueFactory = _ => "sha512",
    };

    private static readonly Option<bool> NoMd5 = new("--no-md5") { Description = "Do not compute the MD5." };

    private static readonly Option<string?> Size = new("--size")
    {
        Description = "The size the source must have, in bytes; that of the file by default, unknown for a pipe.",
        HelpName = "BYTES",
    };

    private static readonly Option<bool> Replace = new("--replace") { Description = "Replace the image where the id is taken." };

    private static readonly Option<string?> Receipt = new("--receipt")
    {
        Description = "Write the receipt to this file: what get and verify need to verify every byte.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Json = CommandLine.Json("the receipt instead of the location");

    public static Command Create()
    {
        var command = new Command("put", "Stores an image and prints its location.")
        {
            Source, Id, Store, Hash, NoMd5, Size, Replace, Receipt, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var id = Texts.Id(arguments.GetValue(Id));
        var size = arguments.GetValue(Size) is { } text ? Texts.Bytes(text) : (long?)null;
        await using var stores = StoreConfiguration.Open(arguments);
        var store = arguments.GetValue(Store) is { } name ? stores[name] : stores.Default;
        await using var source = await SourceFile.OpenAsync(arguments.GetRequiredValue(Source), cancellationToken);

        // Opened before the image is stored: a receipt that cannot be written is found out while nothing has happened yet.
        await using var receiptFile = await OpenReceiptAsync(arguments, cancellationToken);
        var options = OptionsOf(arguments, size ?? SourceFile.SizeOf(source));
        var receipt = await TransferBar.ShowAsync("put", progress =>
            store.PutAsync(id, source, options with { Progress = progress }, cancellationToken));
        if (receiptFile is not null)
        {
            // Before anything is printed, which may fail: the receipt is what cannot be had again.
            await WriteReceiptAsync(receipt, receiptFile);
        }

        Print(arguments.GetValue(Json) ? receipt.ToJson() : receipt.Location.Uri, receipt);
        return (int)ExitCode.Done;
    }

    private static async Task<OutputFile?> OpenReceiptAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(Receipt) is not { } path)
        {
            return null;
        }

        return path.Length > 0 && SourceFile.IsIn(path, arguments.GetRequiredValue(Source))
            ? throw new UsageException($"The receipt '{path}' is the source itself; name another file.")
            : await OutputFile.CreateAsync(path, cancellationToken);
    }

    private static void Print(string text, ImageReceipt receipt)
    {
        try
        {
            Console.Out.WriteLine(text);
        }
        catch (IOException e)
        {
            throw new IOException($"The image is stored at '{receipt.Location}', which could not be printed: {e.Message}", e);
        }
    }

    private static PutOptions OptionsOf(ParseResult arguments, long? size) => new()
    {
        ExpectedSize = size,
        HashAlgorithm = Texts.Algorithm(arguments.GetRequiredValue(Hash)),
        ComputeMd5 = !arguments.GetValue(NoMd5),
        Mode = arguments.GetValue(Replace) ? WriteMode.Replace : WriteMode.CreateNew,
    };

    // Not cancellable: the image is stored, and its receipt belongs to it.
    private static async Task WriteReceiptAsync(ImageReceipt receipt, OutputFile file)
    {
        await using (var writer = new StreamWriter(file.Stream, leaveOpen: true))
        {
            await writer.WriteLineAsync(receipt.ToJson());
        }

        await file.CompleteAsync();
    }
}
