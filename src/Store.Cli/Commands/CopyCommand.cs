using System.CommandLine;

namespace GlanceStore.Cli.Commands;

/// <summary><c>copy</c> and <c>move</c>: from one store to another, verified on the way.</summary>
internal static class CopyCommand
{
    private const string Move = "move";

    private static readonly Argument<string> Image = CommandLine.Image();

    private static readonly Option<string> To = new("--to") { Description = "The store that the copy goes to.", HelpName = "STORE", Required = true };

    private static readonly Option<string?> Store = CommandLine.Store();

    private static readonly Option<string?> Id = new("--id")
    {
        Description = "The copy's id; that of the image by default, which its location ends in.",
        HelpName = "ID",
    };

    private static readonly Option<string?> Expect = CommandLine.Expect();

    private static readonly Option<bool> Replace = new("--replace") { Description = "Replace the image where the id is taken there." };

    private static readonly Option<string?> Receipt = new("--receipt") { Description = "Write the copy's receipt to this file.", HelpName = "FILE" };

    private static readonly Option<bool> Json = CommandLine.Json("the copy's receipt instead of its location");

    public static Command CreateCopy() => Create("copy", "Copies an image into another store and prints the copy's location.",
        (stores, image, to, options, token) => stores.CopyAsync(image.Location, to, options, token));

    public static Command CreateMove() => Create(Move, "Copies an image into another store, and deletes it from its own once the copy is verified.",
        (stores, image, to, options, token) => stores.MoveAsync(image.Location, to, options, token));

    private static Command Create(
        string name, string description, Func<ImageStores, ImageReference, string, CopyOptions, CancellationToken, Task<ImageCopy>> copy)
    {
        var command = new Command(name, description) { Image, Store, To, Id, Expect, Replace, Receipt, Json };
        command.SetAction((arguments, cancellationToken) => RunAsync(name, copy, arguments, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string name, Func<ImageStores, ImageReference, string, CopyOptions, CancellationToken, Task<ImageCopy>> copy, ParseResult arguments,
        CancellationToken cancellationToken)
    {
        var options = OptionsOf(arguments);
        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        var argument = arguments.GetRequiredValue(Image);
        var image = name == Move
            ? await ImageReference.ResolveOneAsync(argument, stores, arguments.GetValue(Store), cancellationToken)
            : await ImageReference.ResolveAsync(argument, stores, arguments.GetValue(Store), cancellationToken);
        if (image.Receipt is not null && options.ExpectedDigests.Count > 0)
        {
            throw new UsageException("--expect goes with a location; a receipt says itself what to expect.");
        }

        if (name == Move && image.Receipt is null && options.ExpectedDigests.Count == 0)
        {
            throw new UsageException("A move deletes the image once its copy is verified, and there is nothing to verify it with: give its receipt, or --expect, or copy it.");
        }

        var to = stores[arguments.GetRequiredValue(To)].Id;
        await using var receipts = await ReceiptFiles.OpenAsync(arguments.GetValue(Receipt), argument, [to], cancellationToken);
        ImageCopy? kept = null;
        ImageCopy made;
        try
        {
            made = await TransferBar.ShowAsync(name, progress =>
                copy(stores, image, to, options with { Receipt = image.Receipt, Progress = progress, Copied = KeepAsync }, cancellationToken));
        }
        catch (OperationCanceledException e) when (kept is not null)
        {
            throw new UnfinishedException(
                $"The image was copied to {kept.Receipt.Location} before that; at {image.Location} it may be deleted already or still be there.", e);
        }

        ReceiptFiles.Print(arguments.GetValue(Json) ? made.Receipt.ToJson() : made.Receipt.Location.Uri, [made.Receipt]);
        return (int)ExitCode.Done;

        // Before a move deletes the image: its copy without a receipt could not be verified.
        Task KeepAsync(ImageCopy copied) => receipts.WriteAsync([(kept = copied).Receipt]);
    }

    private static CopyOptions OptionsOf(ParseResult arguments) => new()
    {
        Id = arguments.GetValue(Id) is { } id ? Texts.Id(id) : null,
        ExpectedDigests = arguments.GetValue(Expect) is { } expect ? [Texts.Digest(expect)] : [],
        Mode = arguments.GetValue(Replace) ? WriteMode.Replace : WriteMode.CreateNew,
    };
}
