using System.CommandLine;
using GlanceStore.Cli.Serving;
using GlanceStore.Formats;
using GlanceStore.Nbd;

namespace GlanceStore.Cli.Commands;

/// <summary><c>serve</c>: a stored image as a network block device, while it stays where it is.</summary>
internal static class ServeCommand
{
    private static readonly Argument<string> Image = CommandLine.Image();

    private static readonly Option<string?> Store = CommandLine.Store();

    private static readonly Option<string> Nbd = new("--nbd")
    {
        Description = "Where to listen: a Unix socket, which only this user can use, or a port of the loopback interface, which everybody on this machine can; port 0 is any.",
        HelpName = "unix:/PATH|127.0.0.1:PORT",
        Required = true,
    };

    private static readonly Option<string?> Format = new("--format")
    {
        Description = "raw, to serve the guest's disk that is in the image (qcow2, VMDK, VHD, VHDX, VDI); without it, its bytes as they are stored.",
        HelpName = ImageFormat.Raw,
    };

    private static readonly Option<string> Name = new("--name")
    {
        Description = "The name of the export; by default the empty one, which clients ask for that name none.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "",
    };

    public static Command Create()
    {
        var command = new Command("serve", "Serves an image over NBD, read-only, until it is told to end; prints the address for clients once they can connect.")
        {
            Image, Store, Nbd, Format, Name,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var format = arguments.GetValue(Format);
        if (format is not (null or ImageFormat.Raw))
        {
            throw new UsageException($"--format: '{format}' is not served; there is {ImageFormat.Raw}.");
        }

        var options = new NbdServerOptions { EndPoint = NbdAddress.Parse(arguments.GetRequiredValue(Nbd)), Logger = new StderrLogger() };
        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        var reference = await ImageReference.ResolveAsync(arguments.GetRequiredValue(Image), stores, arguments.GetValue(Store), cancellationToken);
        var found = await reference.Store.FindAsync(reference.Location, cancellationToken) ?? throw reference.NotFound();
        var manifest = reference.Receipt?.Chunks;
        if (manifest is not null && manifest.Size != found.Size)
        {
            throw new StoreException(StoreError.Corrupted, $"The image at '{found.Location}' has {found.Size} bytes, and its receipt tells {manifest.Size}; it is not served.");
        }

        await using var image = new ServedImage(stores, found, manifest);
        var name = arguments.GetRequiredValue(Name);
        var export = format is null ? await AsItIsAsync(name, image, cancellationToken) : await DiskAsync(name, image, cancellationToken);
        await ServeAsync(options with { Exports = [export] }, export.Name, cancellationToken);
        return (int)ExitCode.Done;
    }

    private static async Task ServeAsync(NbdServerOptions options, string name, CancellationToken cancellationToken)
    {
        await using var server = NbdServer.Start(options);
        StandardStreams.Print(server.UriOf(name));
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.UnsafeRegister(_ => ended.TrySetResult(), null);
        await ended.Task;
    }

    // Whoever opens the device may take it for what it is, and follow where it leads.
    private static async Task<NbdExport> AsItIsAsync(string name, ServedImage image, CancellationToken cancellationToken)
    {
        var found = await ImageInspector.InspectAsync(new ServedImageStream(image), cancellationToken);
        return found.Findings.FirstOrDefault(finding => finding.IsUnsafe) is { } danger
            ? throw new StoreException(StoreError.Refused, $"The image is not served, because it is not safe ({danger.Code}): {danger.Message}") { Inspection = found }
            : ExportOf(name, () => new ServedExport(name, image));
    }

    private static Task<NbdExport> DiskAsync(string name, ServedImage image, CancellationToken cancellationToken) =>
        ExportOf(name, () => NbdExport.OpenAsync(
            name, async cancelled => await VirtualDisk.OpenAsync(new ServedImageStream(image), cancellationToken: cancelled), cancellationToken: cancellationToken));

    private static T ExportOf<T>(string name, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--name: '{name}' is no name of an export: {Misuse.Sentence(e)}", e);
        }
    }
}
