using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using GlanceStore.Formats;

namespace GlanceStore.Cli.Commands;

/// <summary><c>inspect</c>: what an image is, without storing or reading all of it.</summary>
internal static class InspectCommand
{
    private static readonly Argument<string> Image = new("image")
    {
        Description = "A file, - for stdin, a location such as file:///srv/images/ID, or a receipt file that put wrote.",
        HelpName = "file|-|location|receipt.json",
    };

    private static readonly Option<string?> Store = CommandLine.Store();

    private static readonly Option<bool> Json = CommandLine.Json("what was found");

    public static Command Create()
    {
        var command = new Command("inspect", "Tells what an image is: its format, the size of the guest's disk, and whether it leads elsewhere.") { Image, Store, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var found = await InspectAsync(arguments, cancellationToken);
        Console.Out.WriteLine(arguments.GetValue(Json) ? ToJson(found) : ToText(found));
        return (int)ExitCode.Done;
    }

    private static async Task<ImageInspection> InspectAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var name = arguments.GetRequiredValue(Image);
        if (!ImageReference.IsLocation(name) && (name == StandardStreams.Name || await ImageReference.TryReadAsync(name, cancellationToken) is null))
        {
            await using var file = await SourceFile.OpenAsync(name, cancellationToken);
            return await ImageInspector.InspectAsync(file, cancellationToken);
        }

        await using var stores = await StoreConfiguration.OpenAsync(arguments, cancellationToken);
        var image = await ImageReference.ResolveAsync(name, stores, arguments.GetValue(Store), cancellationToken);
        return await ImageInspector.InspectAsync(image.Store, image.Location, image.Receipt, cancellationToken);
    }

    private static string ToJson(ImageInspection found) => JsonSerializer.Serialize(
        new InspectJson(found.Format, found.VirtualSize, found.FileSize, found.IsSafe,
            [.. found.Findings.Select(finding => new InspectFindingJson(finding.Code, finding.IsUnsafe, finding.Message))], found.Details),
        CliJson.Default.InspectJson);

    private static string ToText(ImageInspection found)
    {
        var lines = new List<string>
        {
            $"format        {found.Format}",
            $"virtual size  {found.VirtualSize?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}",
            string.Create(CultureInfo.InvariantCulture, $"file size     {found.FileSize}"),
            $"safe          {(found.IsSafe ? "yes" : "no")}",
        };
        lines.AddRange(found.Details.Select(detail => $"{detail.Key.Replace('_', ' '),-13} {Texts.OneLine(detail.Value)}"));
        lines.AddRange(found.Findings.Select(finding => $"{(finding.IsUnsafe ? "unsafe" : "noted"),-13} {finding.Code}: {Texts.OneLine(finding.Message)}"));
        return string.Join(Environment.NewLine, lines);
    }
}
