using System.CommandLine;
using GlanceStore.Cache;
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
        Description = "Where to listen: a Unix socket, which only this user can use, or a port of the loopback interface, which everybody on this machine can, or with TLS of any; port 0 is any.",
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

    private static readonly Option<string?> CacheFolder = new("--cache")
    {
        Description = "The directory of a cache on this host, as of the command cache: what clients read stays there, verified, for the next time. The image is a receipt, or has --expect.",
        HelpName = "DIR",
    };

    private static readonly Option<string?> CacheBytes = new("--max-bytes")
    {
        Description = "With --cache: the most that all images in it may take on the disk, such as 200GiB.",
        HelpName = "BYTES",
    };

    private static readonly Option<string?> Expect = CommandLine.Expect();

    private static readonly Option<string?> TlsCertificate = new("--tls-certificate")
    {
        Description = "Serve over TLS only, with this certificate (PEM; behind it those between it and its authority's).",
        HelpName = "FILE",
    };

    private static readonly Option<string?> TlsKey = new("--tls-key")
    {
        Description = "Its private key (PEM), where that is not in the same file.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> TlsClientAuthorities = new("--tls-client-ca")
    {
        Description = "Who must have issued the certificate that each client shows (PEM, one or more).",
        HelpName = "FILE",
    };

    public static Command Create()
    {
        var command = new Command("serve", "Serves an image over NBD, read-only, until it is told to end; prints the address for clients once they can connect.")
        {
            Image, Store, Nbd, Format, Name, CacheFolder, CacheBytes, Expect, TlsCertificate, TlsKey, TlsClientAuthorities,
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

        if (arguments.GetValue(CacheFolder) is null && (arguments.GetValue(Expect) ?? arguments.GetValue(CacheBytes)) is not null)
        {
            throw new UsageException("--expect and --max-bytes are of a cache: name its directory with --cache.");
        }

        var tls = TlsFiles.Read(arguments.GetValue(TlsCertificate), arguments.GetValue(TlsKey), arguments.GetValue(TlsClientAuthorities));
        var options = new NbdServerOptions { EndPoint = NbdAddress.Parse(arguments.GetRequiredValue(Nbd), tls is not null), Tls = tls, Logger = new StderrLogger() };
        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        var reference = await ImageReference.ResolveAsync(arguments.GetRequiredValue(Image), stores, arguments.GetValue(Store), cancellationToken);
        return arguments.GetValue(CacheFolder) is { } folder
            ? await ServeCachedAsync(arguments, options, stores, reference, folder, cancellationToken)
            : await ServeDirectlyAsync(arguments, options, stores, reference, cancellationToken);
    }

    private static async Task<int> ServeCachedAsync(
        ParseResult arguments, NbdServerOptions options, ImageStores stores, ImageReference reference, string folder, CancellationToken cancellationToken)
    {
        var cached = new ImageCacheOptions
        {
            Directory = folder,
            MaxBytes = arguments.GetValue(CacheBytes) is { } most ? Texts.Amount("--max-bytes", most) : null,
            Logger = options.Logger,
        };
        await using var cache = await ImageCache.OpenAsync(stores, cached, cancellationToken);
        var source = await CacheCommand.SourceAsync(reference, arguments.GetValue(Expect), cancellationToken);
        var format = arguments.GetValue(Format);
        var image = await cache.OpenAsync(source, format, cancellationToken);
        NbdExport? export = null;
        try
        {
            if (format is null)
            {
                await CheckAsync(image, cancellationToken);
            }

            var name = arguments.GetRequiredValue(Name);
            export = ExportOf(name, () => new CachedExport(name, image));
        }
        finally
        {
            if (export is null)
            {
                await image.DisposeAsync();
            }
        }

        await ServeAsync(options with { Exports = [export] }, export.Name, cancellationToken);
        return (int)ExitCode.Done;
    }

    private static async Task<int> ServeDirectlyAsync(
        ParseResult arguments, NbdServerOptions options, ImageStores stores, ImageReference reference, CancellationToken cancellationToken)
    {
        var found = await reference.Store.FindAsync(reference.Location, cancellationToken) ?? throw reference.NotFound();
        var manifest = reference.Receipt?.Chunks;
        if (manifest is not null && manifest.Size != found.Size)
        {
            throw new StoreException(StoreError.Corrupted, $"The image at '{found.Location}' has {found.Size} bytes, and its receipt tells {manifest.Size}; it is not served.");
        }

        await using var image = new ServedImage(stores, found, manifest);
        var name = arguments.GetRequiredValue(Name);
        var export = arguments.GetValue(Format) is null ? await AsItIsAsync(name, image, cancellationToken) : await DiskAsync(name, image, cancellationToken);
        await ServeAsync(options with { Exports = [export] }, export.Name, cancellationToken);
        return (int)ExitCode.Done;
    }

    private static async Task ServeAsync(NbdServerOptions options, string name, CancellationToken cancellationToken)
    {
        await using var server = await StartAsync(options);
        StandardStreams.Print(server.UriOf(name));
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.UnsafeRegister(_ => ended.TrySetResult(), null);
        await ended.Task;
    }

    // The exports are the server's once it has started.
    private static async Task<NbdServer> StartAsync(NbdServerOptions options)
    {
        try
        {
            return NbdServer.Start(options);
        }
        catch
        {
            foreach (var export in options.Exports)
            {
                await export.DisposeAsync();
            }

            throw;
        }
    }

    private static async Task<NbdExport> AsItIsAsync(string name, ServedImage image, CancellationToken cancellationToken)
    {
        await CheckAsync(new ServedImageStream(image), cancellationToken);
        return ExportOf(name, () => new ServedExport(name, image));
    }

    // Whoever opens the device may take it for what it is, and follow where it leads.
    private static async Task CheckAsync(Stream image, CancellationToken cancellationToken)
    {
        var found = await ImageInspector.InspectAsync(image, cancellationToken);
        if (found.Findings.FirstOrDefault(finding => finding.IsUnsafe) is { } danger)
        {
            throw new StoreException(StoreError.Refused, $"The image is not served, because it is not safe ({danger.Code}): {danger.Message}") { Inspection = found };
        }
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
