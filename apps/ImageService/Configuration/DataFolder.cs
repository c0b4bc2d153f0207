namespace GlanceStore.ImageService;

/// <summary>Where the service keeps what nobody gave a place to.</summary>
internal static class DataFolder
{
    /// <summary>The folder, made for its owner alone where it is not there.</summary>
    // The XDG base directory specification: a path that is not absolute counts as not set.
    public static string Ensure()
    {
        var data = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
        var folder = Path.IsPathRooted(data)
            ? Path.Combine(data, "image-service")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".local", "share", "image-service");
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return folder;
    }
}
