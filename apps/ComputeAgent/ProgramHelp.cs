namespace GlanceStore.ComputeAgent;

/// <summary>What <c>--help</c> tells, in place of starting the agent.</summary>
internal static class ProgramHelp
{
    public const string Text =
        """
        compute-agent [--config FILE] [--NAME:OF:SETTING VALUE ...]

        Keeps images on a host of guests and hands out disks, by requests to a Unix socket, until it is told to end.
          --config   a JSON file of settings, which stands before appsettings.json beside the program; that one lists every setting
        Environment variables (ComputeAgent__Downloads) and arguments (--ComputeAgent:Downloads 4) stand before both.
        """;

    public static bool IsAskedBy(string[] arguments) => arguments.Any(argument => argument is "--help" or "-h" or "-?");
}
