using System.Globalization;
using System.Net;
using System.Text;

namespace GlanceStore.Benchmarks.Comparison;

/// <summary>Draws the rates of the scenarios that are plotted, a bar a contestant.</summary>
internal static class SvgPlot
{
    private const int Width = 900;
    private const int LabelWidth = 330;
    private const int BarWidth = Width - LabelWidth - 110;
    private const int Line = 24;

    public static string Draw(IEnumerable<ScenarioResult> results)
    {
        var body = new StringBuilder();
        var y = 10;
        foreach (var result in results.Where(result => result.Scenario.IsPlotted))
        {
            y += Line;
            Text(body, 10, y, "title", result.Scenario.Title + ": MiB/s");
            y = DrawBars(body, result, y) + (Line / 2);
        }

        return string.Create(CultureInfo.InvariantCulture, $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{Width}} {{y + 10}}" font-family="sans-serif" font-size="14">
            <style>text { fill: #222 } .title { font-weight: bold } rect { fill: #9aa5b1 } .ours { fill: #2f6fab }</style>
            <rect width="100%" height="100%" style="fill: #fff"/>
            {{body}}</svg>

            """);
    }

    private static int DrawBars(StringBuilder body, ScenarioResult result, int y)
    {
        var names = result.Scenario.Contestants.Select(one => one.Name).Where(result.Has).ToList();
        var most = names.Max(result.MiBPerSecond);
        foreach (var name in names)
        {
            y += Line;
            var rate = result.MiBPerSecond(name);
            var length = Math.Max(1, BarWidth * rate / most);
            var kind = name == names[0] ? "ours" : "other";
            Text(body, 10, y, "", name);
            body.Append(CultureInfo.InvariantCulture,
                $"<rect class=\"{kind}\" x=\"{LabelWidth}\" y=\"{y - 14}\" width=\"{length:F0}\" height=\"18\"/>\n");
            Text(body, LabelWidth + (int)length + 8, y, "", rate.ToString("F0", CultureInfo.InvariantCulture));
        }

        return y;
    }

    private static void Text(StringBuilder body, int x, int y, string kind, string text) =>
        body.Append(CultureInfo.InvariantCulture, $"<text class=\"{kind}\" x=\"{x}\" y=\"{y}\">{WebUtility.HtmlEncode(text)}</text>\n");
}
