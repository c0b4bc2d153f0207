using System.Globalization;
using System.Text.Json;

namespace GlanceStore.Cli;

/// <summary>What <c>verify --all</c> prints: a line an image as soon as it is known, and a summary.</summary>
internal sealed class ScrubReport(TextWriter output, bool asJson)
{
    private readonly Dictionary<ScrubOutcome, int> _count = Enum.GetValues<ScrubOutcome>().ToDictionary(outcome => outcome, _ => 0);

    /// <summary>The worst there was: damage before absence, and absence before what nobody could read or compare.</summary>
    public ExitCode ExitCode =>
        _count[ScrubOutcome.Corrupted] + _count[ScrubOutcome.Changed] > 0 ? ExitCode.NotVerified
        : _count[ScrubOutcome.Missing] > 0 ? ExitCode.NotFound
        : _count[ScrubOutcome.Unreadable] + _count[ScrubOutcome.Unverified] > 0 ? ExitCode.Failed
        : ExitCode.Done;

    public void Add(string file, ScrubResult result)
    {
        _count[result.Outcome]++;
        var location = result.Image.Location;
        Write(new ScrubbedJson(file, NameOf(result.Outcome), location.ToString(), location.StoreId ?? result.Error?.StoreId, result.BytesRead,
            result.Outcome == ScrubOutcome.Whole ? result.ComparedWith : null,
            result.Damage.Count == 0 ? null : [.. result.Damage.Select(range => range.ToString())], result.Error?.Message));
    }

    /// <summary>Adds a file that tells of no image: which it was, and how that is, nobody knows.</summary>
    public void Add(string file, Exception error)
    {
        _count[ScrubOutcome.Unreadable]++;
        Write(new ScrubbedJson(file, NameOf(ScrubOutcome.Unreadable), null, null, 0, null, null, error.Message));
    }

    public void WriteSummary() => output.WriteLine(asJson
        ? JsonSerializer.Serialize(_count.ToDictionary(count => NameOf(count.Key), count => count.Value), CliJsonLines.Default.DictionaryStringInt32)
        : string.Create(CultureInfo.InvariantCulture,
            $"{_count.Values.Sum()} images: {string.Join(", ", _count.Select(count => $"{count.Value} {NameOf(count.Key)}"))}"));

    private void Write(ScrubbedJson image) => output.WriteLine(asJson
        ? JsonSerializer.Serialize(image, CliJsonLines.Default.ScrubbedJson)
        : Texts.OneLine(string.Create(CultureInfo.InvariantCulture, $"{image.Outcome,-10} {image.Location ?? image.Receipt}{DetailOf(image)}")));

    private static string DetailOf(ScrubbedJson image) => (image.Damage, image.Error) switch
    {
        (null, null) => string.Create(CultureInfo.InvariantCulture, $": {image.BytesRead} bytes{WithOf(image)}"),
        ({ } damage, _) => $": bytes {string.Join(", ", damage)}: {image.Error}",
        _ => $": {image.Error}",
    };

    // A receipt's chunks need no word.
    private static string WithOf(ScrubbedJson image) => image.Verified is [not "chunks", ..] ? $", verified against {string.Join(", ", image.Verified)}" : "";

    private static string NameOf(ScrubOutcome outcome) => outcome switch
    {
        ScrubOutcome.Whole => "whole",
        ScrubOutcome.Corrupted => "corrupted",
        ScrubOutcome.Missing => "missing",
        ScrubOutcome.Changed => "changed",
        ScrubOutcome.Unverified => "unverified",
        _ => "unreadable",
    };
}
