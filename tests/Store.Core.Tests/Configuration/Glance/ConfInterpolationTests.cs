namespace GlanceStore.Core.Tests.Configuration.Glance;

[TestClass]
public sealed class ConfInterpolationTests
{
    [TestMethod]
    [DataRow("$near", "n")]
    [DataRow("$far", "f")]
    [DataRow("${near}/x", "n/x")]
    [DataRow("$far.", null)]
    [DataRow("$both", "of s")]
    [DataRow("$other.both", "of other")]
    [DataRow("$OTHER.both", "of other")]
    [DataRow("$DEFAULT.both", "of DEFAULT")]
    [DataRow("${other.both}!", "of other!")]
    [DataRow("$chain", "n and f")]
    [DataRow("$standard", "by default")]
    [DataRow("$other.standard", "by default")]
    [DataRow("$$near", "$near")]
    [DataRow("\\$near", "$near")]
    [DataRow("5$, $, $1, ${, ${near", "5$, $, $1, ${, ${near")]
    [DataRow("$empty-", "-")]
    [DataRow("$nothing", null)]
    [DataRow("$other.nothing", null)]
    public void Reference_is_replaced_as_oslo_config_replaces_it(string written, string? expected)
    {
        var mistakes = new List<string>();
        Assert.AreEqual(expected, Expand(written, mistakes));
        Assert.HasCount(expected is null ? 1 : 0, mistakes);
    }

    [TestMethod]
    public void Reference_to_nothing_names_the_option_and_its_line_and_not_its_value()
    {
        var mistakes = new List<string>();
        Assert.IsNull(Expand("geheim$nothing", mistakes));
        Assert.AreEqual("The option 'it' (glance.conf:14) refers by a '$' to an option that is not set; a dollar sign is written '$$'.", mistakes.Single());
    }

    [TestMethod]
    public void Circle_of_references_is_told_of()
    {
        var mistakes = new List<string>();
        Assert.IsNull(Expand("$other.round", mistakes));
        Assert.AreEqual("The option 'round' (glance.conf:12) refers to itself.", mistakes.Single());
    }

    private static string? Expand(string written, List<string> mistakes)
    {
        var text = new ConfText();
        var lines = $"""
            [DEFAULT]
            far = f
            both = of DEFAULT
            [s]
            near = n
            both = of s
            chain = $near and $far
            empty =
            [other]
            both = of other
            back = $round
            round = $back

            [s]
            it = {written}
            """;
        new ConfFile("glance.conf", text, mistakes).Read(lines.Split('\n').Where(line => line.Length > 0));
        return new ConfInterpolation(text, name => name.EndsWith("standard", StringComparison.Ordinal) ? "by default" : null, mistakes).Expand(text.Find("s", "it")!);
    }
}
