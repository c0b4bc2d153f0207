using System.CommandLine;
using GlanceStore.Formats;

namespace GlanceStore.Cli.Commands;

/// <summary><c>convert</c>: the guest's disk out of an image, into a store.</summary>
internal static class ConvertCommand
{
    private const string QemuImg = "qemu-img";

    private static readonly Argument<string> Image = new("image")
    {
        Description = "A file, a location such as file:///srv/images/ID, or a receipt file that put wrote, which verifies what is read.",
        HelpName = "file|location|receipt.json",
    };

    private static readonly Option<string?> Store = CommandLine.Store();

    private static readonly Option<string> To = new("--to") { Description = "The store that the result goes to.", HelpName = "STORE", Required = true };

    private static readonly Option<string?> Id = new("--id") { Description = "The id of the result; a new UUID by default.", HelpName = "ID" };

    private static readonly Option<string> Format = new("--format")
    {
        Description = "The format to convert to: raw, or with --engine qemu-img also qcow2, vmdk, vhd, vhdx and vdi.",
        HelpName = "FORMAT",
        DefaultValueFactory = _ => ImageFormat.Raw,
    };

    private static readonly Option<string?> Engine = new("--engine")
    {
        Description = "qemu-img, where it is to convert the image; without it, nothing but this program does, and no temporary file is written.",
        HelpName = QemuImg,
    };

    private static readonly Option<string?> Staging = new("--staging") { Description = "The directory for the files of qemu-img.", HelpName = "DIR" };

    private static readonly Option<string> Hash = CommandLine.Hash();

    private static readonly Option<bool> NoMd5 = CommandLine.NoMd5();

    private static readonly Option<bool> Replace = new("--replace") { Description = "Replace the image where the id is taken." };

    private static readonly Option<string?> Receipt = new("--receipt") { Description = "Write the receipt of the result to this file.", HelpName = "FILE" };

    private static readonly Option<bool> Json = CommandLine.Json("the receipt of the result instead of its location");

    public static Command Create()
    {
        var command = new Command("convert", "Stores the disk that is in an image (qcow2, VMDK, VHD, VHDX, VDI) as another one, raw, and prints its location.")
        {
            Image, Store, To, Id, Format, Engine, Staging, Hash, NoMd5, Replace, Receipt, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var options = OptionsOf(arguments);
        var id = Texts.Id(arguments.GetValue(Id));
        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        var to = stores[arguments.GetRequiredValue(To)];
        var name = arguments.GetRequiredValue(Image);
        var isFile = !ImageReference.IsLocation(name) && await ImageReference.TryReadAsync(name, cancellationToken) is null;
        await using var receipts = await ReceiptFiles.OpenAsync(arguments.GetValue(Receipt), name, [to.Id], cancellationToken);
        var made = await TransferBar.ShowAsync("convert", async progress =>
        {
            var told = options with { Put = options.Put with { Progress = progress } };
            return isFile
                ? await ConvertFileAsync(name, to, id, told, cancellationToken)
                : await ConvertStoredAsync(await ImageReference.ResolveAsync(name, stores, arguments.GetValue(Store), cancellationToken), to, id, told, cancellationToken);
        });
        await receipts.WriteAsync([made]);
        ReceiptFiles.Print(arguments.GetValue(Json) ? made.ToJson() : made.Location.Uri, [made]);
        return (int)ExitCode.Done;
    }

    private static async Task<ImageReceipt> ConvertFileAsync(string path, IImageStore to, ImageId id, ConversionOptions options, CancellationToken cancellationToken)
    {
        await using var file = await SourceFile.OpenAsync(path, cancellationToken);
        return file.CanSeek
            ? await ImageConversion.ConvertAsync(file, to, id, options, cancellationToken)
            : throw new UsageException($"'{path}' is no file that can be read in any order; store it first, and convert it then.");
    }

    private static Task<ImageReceipt> ConvertStoredAsync(
        ImageReference image, IImageStore to, ImageId id, ConversionOptions options, CancellationToken cancellationToken) =>
        ImageConversion.ConvertAsync(image.Store, image.Location, to, id, options with { Receipt = image.Receipt }, cancellationToken);

    private static ConversionOptions OptionsOf(ParseResult arguments)
    {
        var engine = arguments.GetValue(Engine);
        var staging = arguments.GetValue(Staging);
        if (engine is not (null or QemuImg))
        {
            throw new UsageException($"--engine: '{engine}' is no engine; there is {QemuImg}.");
        }

        if ((engine is null) != (staging is null))
        {
            throw new UsageException($"--engine {QemuImg} and --staging DIR go together: it reads and writes files of its own there.");
        }

        var format = arguments.GetRequiredValue(Format);
        if (engine is null && format != ImageFormat.Raw)
        {
            throw new UsageException($"--format {format} takes --engine {QemuImg}; without it, images are converted to raw.");
        }

        return new ConversionOptions
        {
            TargetFormat = format,
            Engine = engine is null ? ConversionEngine.BuiltIn : ConversionEngine.QemuImg,
            QemuImg = staging is null ? null : new QemuImgOptions(staging),
            Put = new PutOptions
            {
                HashAlgorithm = Texts.Algorithm(arguments.GetRequiredValue(Hash)),
                ComputeMd5 = !arguments.GetValue(NoMd5),
                Mode = arguments.GetValue(Replace) ? WriteMode.Replace : WriteMode.CreateNew,
            },
        };
    }
}
