namespace GlanceStore.Formats;

/// <summary>What converts an image.</summary>
public enum ConversionEngine
{
    /// <summary>This library, which reads the disk out of the image as <see cref="VirtualDisk"/> does and writes raw, without a temporary file.</summary>
    BuiltIn,

    /// <summary>The program qemu-img, in a directory for the files it needs. It is used where it is named, and never otherwise.</summary>
    QemuImg,
}

/// <summary>How to convert one image. Every property has a working default.</summary>
public sealed record ConversionOptions
{
    /// <summary>The receipt of the image, which verifies every byte that is read of it; null by default.</summary>
    public ImageReceipt? Receipt { get; init; }

    /// <summary>The format the image must have; null, the default, for what it turns out to be.</summary>
    public string? SourceFormat { get; init; }

    /// <summary>The format to convert to; <see cref="ImageFormat.Raw"/> by default, and the only one of <see cref="ConversionEngine.BuiltIn"/>.</summary>
    public string TargetFormat { get; init; } = ImageFormat.Raw;

    /// <summary>What converts it; <see cref="ConversionEngine.BuiltIn"/> by default.</summary>
    public ConversionEngine Engine { get; init; }

    /// <summary>How qemu-img is run; needed by its engine, and null by default.</summary>
    public QemuImgOptions? QemuImg { get; init; }

    /// <summary>How the result is stored. Its size is known from the image, so <see cref="PutOptions.ExpectedSize"/> need not be set.</summary>
    public PutOptions Put { get; init; } = new();
}

/// <summary>How to run qemu-img, which reads what strangers made, so within limits.</summary>
/// <param name="StagingDirectory">The directory on whose file system the image and the result are while it runs, in files without names, of which nothing stays.</param>
public sealed record QemuImgOptions(string StagingDirectory)
{
    /// <summary>The program; <c>qemu-img</c> by default, found by the system's path.</summary>
    public string Program { get; init; } = "qemu-img";

    /// <summary>The most memory it may map, in bytes; 1 GiB by default.</summary>
    public long MaxMemoryBytes { get; init; } = 1L << 30;

    /// <summary>The longest file it may write, in bytes; null, the default: an eighth and 64 MiB more than the disk.</summary>
    public long? MaxOutputBytes { get; init; }

    /// <summary>
    /// How long it may take; an hour by default. The same time of all processors ends one that was left running, because the process that watched over
    /// it was killed.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);
}
