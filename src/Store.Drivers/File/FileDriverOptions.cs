using System.Globalization;

namespace GlanceStore.Drivers.File;

/// <summary>The settings of a file store.</summary>
public sealed record FileDriverOptions
{
    private const UnixFileMode AllPermissions = (UnixFileMode)0b111_111_111;

    /// <summary>The directory that holds the images, where there is one: glance's <c>filesystem_store_datadir</c>; null by default.</summary>
    public string? Directory { get; init; }

    /// <summary>The directories that hold the images, where there are several: glance's <c>filesystem_store_datadirs</c>; none by default.</summary>
    public IReadOnlyList<FileDirectory> Directories { get; init; } = [];

    /// <summary>The permissions of an image file, glance's <c>filesystem_store_file_perm</c>; null, the default, leaves them to the umask.</summary>
    public UnixFileMode? FileMode { get; init; }

    /// <summary>Whether blocks of nothing but zero bytes become holes, glance's <c>filesystem_thin_provisioning</c>; false by default.</summary>
    public bool ThinProvisioning { get; init; }

    /// <summary>
    /// Whether large images are written past the page cache where the file system can: less processor time, and what others have cached
    /// stays. True by default; false suits a store whose images are read right after, from memory.
    /// </summary>
    public bool BypassPageCache { get; init; } = true;

    /// <summary>A JSON file that tells consumers where the directories are mounted, glance's <c>filesystem_store_metadata_file</c>; null by default.</summary>
    public string? MetadataFile { get; init; }

    /// <summary>What is wrong with these options, one sentence each; empty where nothing is. Reads the metadata file.</summary>
    public IReadOnlyList<string> Mistakes()
    {
        var mistakes = new List<string>();
        mistakes.AddRange(MistakesInDirectories());
        if (FileMode is { } mode && (mode & UnixFileMode.UserRead) == 0)
        {
            mistakes.Add("'FileMode' does not let the owner read, so that no image could be read back");
        }

        if (FileMode is { } odd && (odd & ~AllPermissions) != 0)
        {
            mistakes.Add("'FileMode' is not made of read, write and execute permissions, 000 to 777");
        }

        if (MetadataFile is { } file)
        {
            _ = FileMetadata.Read(file, mistakes);
        }

        return mistakes;
    }

    // All directories with absolute paths, the highest priority first, each once.
    internal IReadOnlyList<FileDirectory> InOrder() => [.. All()
        .Select(directory => directory with { Path = Absolute(directory.Path) })
        .Distinct()
        .OrderByDescending(directory => directory.Priority)];

    internal static FileDriverOptions From(DriverSettings settings)
    {
        var mode = settings.Parse(nameof(FileMode), default(UnixFileMode), ParseMode, "a file mode in octal digits, such as 640");
        return new FileDriverOptions
        {
            Directory = settings.Path(nameof(Directory)),
            Directories = [.. settings.Children(nameof(Directories)).Select(index => DirectoryFrom(settings, $"{nameof(Directories)}:{index}"))],
            // Glance writes 0 for "leave it to the umask".
            FileMode = mode == UnixFileMode.None ? null : mode,
            ThinProvisioning = settings.Flag(nameof(ThinProvisioning), false),
            BypassPageCache = settings.Flag(nameof(BypassPageCache), true),
            MetadataFile = settings.Path(nameof(MetadataFile)),
        };
    }

    private static FileDirectory DirectoryFrom(DriverSettings settings, string name)
    {
        if (settings.Path(name) is { } text)
        {
            return settings.Parse(name, new FileDirectory(text), _ => FileDirectory.FromText(text), "PATH or PATH:PRIORITY, with a whole number for the priority");
        }

        var priority = settings.Number($"{name}:{nameof(FileDirectory.Priority)}", 0, int.MinValue, int.MaxValue);
        return new FileDirectory(settings.Path($"{name}:{nameof(FileDirectory.Path)}") ?? "", (int)priority);
    }

    private static UnixFileMode? ParseMode(string digits)
    {
        var value = 0;
        foreach (var digit in digits)
        {
            if (digit is < '0' or > '7' || value > (int)AllPermissions)
            {
                return null;
            }

            value = (value << 3) + (digit - '0');
        }

        return digits.Length > 0 && value <= (int)AllPermissions ? (UnixFileMode)value : null;
    }

    private IEnumerable<string> MistakesInDirectories()
    {
        if (All().Count == 0)
        {
            yield return "Neither 'Directory' nor 'Directories' is set, and one of them must say where the images are";
        }

        if (Directory is not null && Directories.Count > 0)
        {
            yield return "'Directory' and 'Directories' are both set, and only one of them can be";
        }

        foreach (var fault in All().Select(directory => FaultOf(directory.Path)).OfType<string>().Distinct())
        {
            yield return fault;
        }

        foreach (var twice in InOrder().GroupBy(directory => directory.Path).Where(same => same.Count() > 1))
        {
            var priorities = string.Join(" and ", twice.Select(directory => directory.Priority.ToString(CultureInfo.InvariantCulture)));
            yield return $"The directory '{twice.Key}' is there more than once, with the priorities {priorities}";
        }
    }

    // What a location URI could not hold, or would not give back, cannot be the path of a directory.
    private static string? FaultOf(string? path) => path switch
    {
        null or "" => "The path of a directory is empty",
        "~" or ['~', '/', ..] => $"The directory '{path}' begins with '~', which only a shell understands: write the path out",
        _ when path.Trim().Length != path.Length => $"The directory '{path}' begins or ends with a blank, which no location can hold",
        _ when path.AsSpan().IndexOfAny('?', '#') >= 0 => $"The directory '{path}' has a '?' or '#' in its path, which no location can hold",
        _ when path.Any(char.IsControl) => "The path of a directory has a control character in it, which no location can hold",
        _ => null,
    };

    private IReadOnlyList<FileDirectory> All() => Directory is { } single ? [new FileDirectory(single), .. Directories] : Directories;

    private static string Absolute(string? path) => FaultOf(path) is null ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(path!)) : path ?? "";
}
