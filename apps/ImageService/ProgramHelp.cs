using GlanceStore.ImageService.Checking;

namespace GlanceStore.ImageService;

/// <summary>What <c>--help</c> tells, in place of starting the service.</summary>
internal static class ProgramHelp
{
    private const string Service =
        """
        image-service [--config FILE] [--NAME:OF:SETTING VALUE ...]

        Serves OpenStack's Image API v2, on http://127.0.0.1:9292 where nothing else is said, until it is told to end.
          --config   a JSON file of settings, which stands before appsettings.json beside the program; that one lists every setting
        Environment variables (ImageService__Auth__Mode) and arguments (--ImageService:Auth:Mode static) stand before both.
        """;

    public static string Text => $"{Service}{Environment.NewLine}{Environment.NewLine}{CheckCommand.Usage}";

    public static bool IsAskedBy(string[] arguments) => arguments.Any(argument => argument is "--help" or "-h" or "-?");
}
