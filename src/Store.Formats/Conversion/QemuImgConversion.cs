using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace GlanceStore.Formats.Conversion;

/// <summary>
/// A conversion by qemu-img: the image is copied into a file of our own and inspected there, so that what was looked at is what is converted; the
/// result is inspected too before it is stored. Neither file has a name, so that nothing is left of them where this process is killed.
/// </summary>
internal sealed class QemuImgConversion
{
    private const string Limiter = "prlimit";
    private const int LongestComplaint = 300;

    private static readonly string[] Targets = [ImageFormat.Raw, ImageFormat.Qcow2, ImageFormat.Vmdk, ImageFormat.Vhd, ImageFormat.Vhdx, ImageFormat.Vdi];

    private readonly ConversionOptions _options;
    private readonly QemuImgOptions _qemu;

    public QemuImgConversion(ConversionOptions options)
    {
        _options = options;
        _qemu = options.QemuImg ?? throw new ArgumentException("The engine qemu-img needs its options, which name the directory for its files.", nameof(options));
        if (!Targets.Contains(options.TargetFormat))
        {
            throw new StoreException(StoreError.Unsupported, $"Images are converted to {string.Join(", ", Targets)}, and not to {options.TargetFormat}.");
        }
    }

    public async Task<ImageReceipt> ConvertAsync(Stream image, IImageStore to, ImageId id, CancellationToken cancellationToken)
    {
        var source = NamelessFile.Create(_qemu.StagingDirectory);
        await using var sourceUntilTheEnd = source.ConfigureAwait(false);
        var found = await StageAsync(image, source.Stream, cancellationToken).ConfigureAwait(false);
        var result = NamelessFile.Create(_qemu.StagingDirectory);
        await using var resultUntilTheEnd = result.ConfigureAwait(false);
        await RunAsync(ArgumentsOf(found, source.PathForOthers, result.PathForOthers), found, cancellationToken).ConfigureAwait(false);
        await CheckResultAsync(result.Stream, cancellationToken).ConfigureAwait(false);
        result.Stream.Position = 0;
        return await to.PutAsync(id, result.Stream, _options.Put with { ExpectedSize = result.Stream.Length }, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ImageInspection> StageAsync(Stream image, FileStream staged, CancellationToken cancellationToken)
    {
        var steady = SteadySource.StateOf(image);
        if (image.CanSeek)
        {
            image.Position = 0;
        }

        await image.CopyToAsync(staged, 1 << 20, cancellationToken).ConfigureAwait(false);
        if (SteadySource.StateOf(image) != steady)
        {
            throw SteadySource.Changed();
        }

        var found = (await ImageInspector.InspectAsync(staged, cancellationToken).ConfigureAwait(false)).AsToldToBe(_options.SourceFormat);
        if (found.Findings.FirstOrDefault(finding => finding.IsUnsafe) is { } unsafeFinding)
        {
            throw new StoreException(StoreError.Refused,
                $"The image is not converted, because it is not safe ({unsafeFinding.Code}): {unsafeFinding.Message}") { Inspection = found };
        }

        return _options.SourceFormat is not { } asked || ImageFormat.IsReadAs(found.Format, asked)
            ? found
            : throw new StoreException(StoreError.Unsupported, $"The image's format is {found.Format}, and it was to be converted from {asked}.");
    }

    // Formats are named, so that nothing is guessed, and paths are absolute, so that nothing in them is taken for a protocol.
    private string[] ArgumentsOf(ImageInspection found, string source, string result)
    {
        string[] input = found.Format switch
        {
            // Otherwise the size of some makers' disks is computed from their cylinders, and the end is lost.
            ImageFormat.Vhd => ["--image-opts", $"driver=vpc,force_size_calc=current_size,file.driver=file,file.filename={source}"],
            var raw when ImageFormat.IsReadAs(raw, ImageFormat.Raw) => ["-f", "raw", source],
            ImageFormat.Qcow2 or ImageFormat.Vmdk or ImageFormat.Vhdx or ImageFormat.Vdi or ImageFormat.Parallels => ["-f", found.Format, source],
            var other => throw new StoreException(StoreError.Unsupported, $"An image of the format {other} is not converted: decompress or unpack it first."),
        };
        string[] output = _options.TargetFormat == ImageFormat.Vhd
            ? ["-O", "vpc", "-o", "force_size=on"] // otherwise the disk grows to whole cylinders
            : ["-O", _options.TargetFormat];
        return ["convert", .. output, .. input, result];
    }

    private async Task RunAsync(string[] arguments, ImageInspection found, CancellationToken cancellationToken)
    {
        var limited = (string[])["--core=0", .. Limits(found), "--", _qemu.Program, .. arguments];
        using var timer = new CancellationTokenSource(_qemu.Timeout, TimeProvider.System);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        using var process = Start(limited);
        try
        {
            var complaint = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            Check(process.ExitCode, await complaint.ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StoreException(StoreError.Stalled, $"qemu-img did not come to its end within {_qemu.Timeout.TotalSeconds:0} seconds.");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    // Time is ours to watch; where this process is killed, that of the processors ends what is left running.
    private IEnumerable<string> Limits(ImageInspection found)
    {
        var size = Math.Min(found.VirtualSize ?? found.FileSize, long.MaxValue / 2);
        var most = _qemu.MaxOutputBytes ?? size + (size / 8) + (64L << 20);
        yield return string.Create(CultureInfo.InvariantCulture, $"--as={_qemu.MaxMemoryBytes}");
        yield return string.Create(CultureInfo.InvariantCulture, $"--fsize={most}");
        if (_qemu.Timeout > TimeSpan.Zero)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"--cpu={(long)Math.Ceiling(_qemu.Timeout.TotalSeconds) * Environment.ProcessorCount}");
        }
    }

    private static Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo(Limiter, arguments) { RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["LC_ALL"] = "C";

        // Otherwise each of its threads reserves 64 MiB and more of the address space that it may have, and the last of them cannot start.
        start.Environment["MALLOC_ARENA_MAX"] = "1";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new StoreException(StoreError.Unsupported, $"qemu-img is run by {Limiter}, which cannot be started ({e.Message}): install util-linux and qemu-utils.", e);
        }
    }

    private void Check(int exitCode, string complaint)
    {
        const int NotThere = 127;
        if (exitCode == 0)
        {
            return;
        }

        var line = complaint.Trim().ReplaceLineEndings(" ");
        line = line[..Math.Min(line.Length, LongestComplaint)];
        throw exitCode == NotThere || line.StartsWith("prlimit: failed to execute", StringComparison.Ordinal)
            ? new StoreException(StoreError.Unsupported, $"The program '{_qemu.Program}' cannot be started ({line}): install qemu-utils, or name another program.")
            : new StoreException(StoreError.Unsupported, $"qemu-img could not convert the image (exit code {exitCode}): {line}");
    }

    private async Task CheckResultAsync(FileStream converted, CancellationToken cancellationToken)
    {
        var found = await ImageInspector.InspectAsync(converted, cancellationToken).ConfigureAwait(false);
        var isRaw = _options.TargetFormat == ImageFormat.Raw; // whatever the guest's disk begins with
        if (!isRaw && (found.Format != _options.TargetFormat || !found.IsSafe))
        {
            throw new StoreException(StoreError.Refused,
                $"What qemu-img made is {found.Format} and not a safe {_options.TargetFormat}, so it was not stored.") { Inspection = found };
        }
    }
}
