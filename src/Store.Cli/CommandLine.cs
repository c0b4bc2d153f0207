using System.CommandLine;
using GlanceStore.Cli.Commands;

namespace GlanceStore.Cli;

/// <summary>The whole command line: its commands, and the options that several of them share.</summary>
internal static class CommandLine
{
    public static readonly Option<string?> Config = new("--config")
    {
        Description = "The JSON file of the stores (the section GlanceStore). Without it, a file store under "
            + "$XDG_DATA_HOME/glance-store, or ~/.local/share/glance-store.",
        HelpName = "FILE.json",
        Recursive = true,
    };

    public static readonly Option<string[]> GlanceConf = new("--glance-conf")
    {
        Description = "OpenStack's configuration of the stores, glance-api.conf, in place of --config. Of several files a later one "
            + "comes before an earlier one.",
        HelpName = "FILE",
        Recursive = true,
    };

    public static readonly Option<string[]> GlanceConfDirectory = new("--config-dir")
    {
        Description = "A folder whose *.conf are read after those files, in the order of their names.",
        HelpName = "DIR",
        Recursive = true,
    };

    public static RootCommand Create() => new(
        "Stores virtual-machine images whole or not at all, and reads them back verified.\n\n"
        + "Exit codes: 0 done, 2 usage, configuration or an unreadable source, 3 not found, 4 verification failed, "
        + "5 already exists, 6 refused, 7 in use, 1 anything else.")
    {
        Config,
        GlanceConf,
        GlanceConfDirectory,
        PutCommand.Create(),
        GetCommand.Create(),
        StatCommand.Create(),
        InspectCommand.Create(),
        ConvertCommand.Create(),
        ServeCommand.Create(),
        VerifyCommand.Create(),
        CopyCommand.CreateCopy(),
        CopyCommand.CreateMove(),
        DeleteCommand.Create(),
        StoresCommand.Create(),
        ListCommand.Create(),
        UsageCommand.Create(),
        OrphansCommand.Create(),
        SweepCommand.Create(),
        ProbeCommand.Create(),
        ValidateCommand.Create(),
        CacheCommand.Create(),
    };

    public static Argument<string> Image() => new("image")
    {
        Description = "A location such as file:///srv/images/ID, or a receipt file that put wrote.",
        HelpName = "location|receipt.json",
    };

    public static Option<string?> Listed() => new("--store")
    {
        Description = "The store, or several with commas between them; all that are not reserved by default.",
        HelpName = "STORE[,STORE]",
    };

    public static Option<string?> Store() => new("--store")
    {
        Description = "The store that the image is in, where its location does not tell: one without an account, that fits stores of several.",
        HelpName = "STORE",
    };

    public static Option<string> Hash() => new("--hash")
    {
        Description = "The digest to compute beside the MD5, by hashlib's name.",
        HelpName = "ALGO",
        DefaultValueFactory = _ => "sha512",
    };

    public static Option<bool> NoMd5() => new("--no-md5") { Description = "Do not compute the MD5." };

    public static Option<bool> Json(string what) => new("--json") { Description = $"Print {what} as JSON." };

    public static Option<string?> Expect() => new("--expect")
    {
        Description = "The digest that the whole image must have, such as sha512:9f86….",
        HelpName = "ALGO:HEX",
    };
}
