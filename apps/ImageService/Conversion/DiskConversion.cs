using GlanceStore.Formats;
using GlanceStore.ImageService.Http;
using GlanceStore.ImageService.Images;
using GlanceStore.ImageService.Transfers;

namespace GlanceStore.ImageService.Conversion;

/// <summary>Which images are converted, to what, and by whom: to raw by the library itself, all else by qemu-img where the operator gave it a folder.</summary>
internal sealed class DiskConversion(ImageStores stores, ServiceOptions options)
{
    /// <summary>What qemu-img makes, of these and of <c>ploop</c>.</summary>
    public static readonly IReadOnlyList<string> Formats = ["raw", "qcow2", "vmdk", "vhd", "vhdx", "vdi"];

    private const string ByQemuImgAlone = "ploop";

    /// <summary>What images can be converted to here.</summary>
    public IReadOnlyList<string> Targets => HasQemuImg ? Formats : ["raw"];

    private bool HasQemuImg => options.QemuImg.StagingDirectory is not null;

    /// <summary>What an import of an image is converted to; null where it is stored as it comes.</summary>
    public string? TargetOfImport(ImageRow image) => options.Conversion is { } target && WhyNot(image, target) is null ? target : null;

    /// <summary>Why an image is not converted, in one sentence; null where it is.</summary>
    public string? WhyNot(ImageRow image, string target) => image switch
    {
        { ContainerFormat: not "bare" } => $"An image in a container ({image.ContainerFormat ?? "none"}) is not converted; unpack it first.",
        { DiskFormat: var format } when format == target => $"The image is {target} already.",
        { DiskFormat: ByQemuImgAlone } when !HasQemuImg => $"An image of the format {ByQemuImgAlone} is converted by qemu-img alone, which is not set up here.",
        { DiskFormat: var format } when format != ByQemuImgAlone && !Formats.Contains(format) => $"An image of the format {format ?? "none"} is not converted: it is not a disk of another form.",
        _ => null,
    };

    /// <summary>Converts an image into stores, in one pass.</summary>
    /// <param name="image">Its bytes, verified.</param>
    /// <param name="row">What it is said to be.</param>
    /// <param name="target">What it becomes.</param>
    /// <param name="id">The name of the result.</param>
    /// <param name="into">The stores.</param>
    /// <param name="put">How it is stored.</param>
    /// <param name="cancellationToken">Ends it; nothing is left behind.</param>
    /// <exception cref="ApiException">400: the image cannot be converted.</exception>
    /// <exception cref="StoreException">It cannot be read, or stored.</exception>
    public async Task<PutReport> ConvertAsync(
        ImageReadStream image, ImageRow row, string target, ImageId id, IReadOnlyList<string> into, PutOptions put, CancellationToken cancellationToken)
    {
        var result = new SeveralStores(stores, into);
        var conversion = OptionsOf(row, target) with { Put = put };
        if (conversion.Engine == ConversionEngine.BuiltIn && !image.CanSeek)
        {
            throw ApiException.BadRequest("The image is in a store that reads no parts of images, and is not converted from there; copy it to another store first.");
        }

        try
        {
            await ImageConversion.ConvertAsync(image, result, id, conversion, cancellationToken);
        }
        catch (StoreException e) when (e.StoreId is null && e.Error is StoreError.Unsupported or StoreError.Refused or StoreError.Corrupted)
        {
            // It speaks of the image's own content, and of no place.
            throw ApiException.BadRequest(e.Message, e);
        }
        catch (StoreException e) when (e is { Error: StoreError.Corrupted, Operation: "put" })
        {
            throw ApiException.BadRequest("The image is damaged inside, or was on its way, and is not converted.", e);
        }

        return result.Report!;
    }

    private ConversionOptions OptionsOf(ImageRow row, string target)
    {
        var source = UploadInspection.FormatOf(row.DiskFormat, row.ContainerFormat);
        if (target == ImageFormat.Raw && row.DiskFormat != ByQemuImgAlone)
        {
            return new ConversionOptions { SourceFormat = source };
        }

        var qemu = options.QemuImg;
        return new ConversionOptions
        {
            SourceFormat = source,
            TargetFormat = target,
            Engine = ConversionEngine.QemuImg,
            QemuImg = new QemuImgOptions(qemu.StagingDirectory!) { Program = qemu.Program, MaxMemoryBytes = qemu.MaxMemoryBytes, Timeout = qemu.Timeout },
        };
    }
}
