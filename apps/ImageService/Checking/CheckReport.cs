using System.Text.Json.Nodes;

namespace GlanceStore.ImageService.Checking;

/// <summary>Prints findings as they come, and at the end what it came to: a sentence a line, or an object of JSON a line.</summary>
internal sealed class CheckReport(TextWriter output, bool asJson)
{
    private readonly Dictionary<FindingKind, int> _counts = [];

    /// <summary>0: they agree; 1: not everything could be looked at; 3: something is missing; 4: nothing is missing, and something else does not agree.</summary>
    public int ExitCode =>
        CountOf(FindingKind.Unread) > 0 ? 1
        : CountOf(FindingKind.Missing) > 0 ? 3
        : _counts.Count > 0 ? 4
        : 0;

    public void Write(Finding finding)
    {
        _counts[finding.Kind] = CountOf(finding.Kind) + 1;
        if (!asJson)
        {
            output.WriteLine($"{NameOf(finding.Kind)}: {finding.Message}");
            return;
        }

        var json = new JsonObject { ["finding"] = NameOf(finding.Kind) };
        foreach (var (name, value) in new[] { ("image", finding.Image), ("store", finding.Store), ("location", finding.Location), ("message", finding.Message) })
        {
            if (value is not null)
            {
                json[name] = value;
            }
        }

        if (finding.SizeBytes is { } size)
        {
            json["size"] = size;
        }

        output.WriteLine(json.ToJsonString());
    }

    public void End(DatabaseCheck check)
    {
        if (asJson)
        {
            var json = new JsonObject { ["finding"] = "summary", ["copies"] = check.Copies, ["read"] = check.CopiesRead, ["stores_listed"] = check.StoresListed };
            foreach (var kind in Enum.GetValues<FindingKind>())
            {
                json[NameOf(kind)] = CountOf(kind);
            }

            output.WriteLine(json.ToJsonString());
            return;
        }

        output.WriteLine($"{check.Copies} copies of images in the database, {check.CopiesRead} of them read; {check.StoresListed} stores listed: "
            + string.Join(", ", Enum.GetValues<FindingKind>().Select(kind => $"{CountOf(kind)} {NameOf(kind)}")) + ".");
    }

    private int CountOf(FindingKind kind) => _counts.GetValueOrDefault(kind);

    private static string NameOf(FindingKind kind) => kind.ToString().ToLowerInvariant();
}
