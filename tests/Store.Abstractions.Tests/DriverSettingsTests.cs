using GlanceStore.Drivers;

namespace GlanceStore.Abstractions.Tests;

[TestClass]
public sealed class DriverSettingsTests
{
    [TestMethod]
    public void All_mistakes_are_listed_at_once_and_the_defaults_stand()
    {
        var settings = Of(("Size", "many"), ("Flag", "perhaps"), ("Span", "-1"), ("Typo", "x"));
        Assert.AreEqual(7, settings.Number("Size", 7, 0, 10));
        Assert.IsTrue(settings.Flag("Flag", true));
        Assert.AreEqual(TimeSpan.FromSeconds(3), settings.Span("Span", TimeSpan.FromSeconds(3)));
        CollectionAssert.AreEqual(
            new[] { "'Size' is not a whole number from 0 to 10", "'Flag' is not true or false", "'Span' is not a time span such as 00:00:30", "There is no setting 'Typo'; there are Flag, Size, Span" },
            settings.Mistakes.ToArray());
    }

    [TestMethod]
    [DataRow("Dir", "there is Directory")]
    [DataRow("Directories", "there is Directory")]
    [DataRow("Di", "there are Digest, Directory")]
    [DataRow("Path", "there are Digest, Directory, Name")]
    public void A_name_that_there_is_not_is_told_with_those_that_there_are(string name, string told)
    {
        var settings = Of((name, "x"));
        foreach (var known in new[] { "Directory", "Digest", "Name", "Name:0" })
        {
            settings.Text(known);
        }

        Assert.AreEqual($"There is no setting '{name}'; {told}", settings.Mistakes.Single());
    }

    [TestMethod]
    [DataRow("NaN")]
    [DataRow("Infinity")]
    [DataRow("99999999999999999999")]
    [DataRow("1e300")]
    public void A_span_that_no_clock_can_tell_is_a_mistake_and_not_a_crash(string text)
    {
        var settings = Of(("A", text));
        Assert.AreEqual(TimeSpan.Zero, settings.Span("A", TimeSpan.Zero));
        Assert.HasCount(1, settings.Mistakes.ToArray());
    }

    [TestMethod]
    [DataRow("yes", true)]
    [DataRow("ON", true)]
    [DataRow("0", false)]
    [DataRow("False", false)]
    public void Flags_are_read_as_OpenStack_writes_them(string text, bool expected) => Assert.AreEqual(expected, Of(("f", text)).Flag("F", !expected));

    [TestMethod]
    public void Spans_are_seconds_or_clock_times()
    {
        var settings = Of(("A", "2.5"), ("B", "00:01:00"));
        Assert.AreEqual(TimeSpan.FromSeconds(2.5), settings.Span("A", default));
        Assert.AreEqual(TimeSpan.FromMinutes(1), settings.Span("B", default));
    }

    [TestMethod]
    public void Lists_come_in_their_order()
    {
        var settings = Of(("D:10:Path", "k"), ("D:2:Path", "c"), ("D:2:Priority", "1"), ("D:0:Path", "a"));
        CollectionAssert.AreEqual(new[] { "0", "2", "10" }, settings.Children("D").ToArray());
    }

    private static DriverSettings Of(params (string Name, string Text)[] values) =>
        new(values.Select(value => KeyValuePair.Create(value.Name, (string?)value.Text)));
}
