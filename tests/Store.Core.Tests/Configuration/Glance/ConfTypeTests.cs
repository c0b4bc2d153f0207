namespace GlanceStore.Core.Tests.Configuration.Glance;

[TestClass]
public sealed class ConfTypeTests
{
    [TestMethod]
    [DataRow("5", true)]
    [DataRow(" +7 ", true)]
    [DataRow("0", true)]
    [DataRow("100", true)]
    [DataRow("101", false)]
    [DataRow("-1", false)]
    [DataRow("5.0", false)]
    [DataRow("0x10", false)]
    [DataRow("many", false)]
    [DataRow("99999999999999999999", false)]
    public void Number_is_whole_and_within_its_bounds(string text, bool fits) => Assert.AreEqual(fits, ConfType.Number(0, 100).Fits(text));

    [TestMethod]
    [DataRow("true", true)]
    [DataRow("True", true)]
    [DataRow("YES", true)]
    [DataRow("on", true)]
    [DataRow("1", true)]
    [DataRow("false", false)]
    [DataRow("No", false)]
    [DataRow("off", false)]
    [DataRow("0", false)]
    [DataRow("", null)]
    [DataRow("ja", null)]
    [DataRow("2", null)]
    public void Flag_is_one_of_the_words_of_oslo_config(string text, bool? flag) => Assert.AreEqual(flag, ConfType.FlagOf(text));

    [TestMethod]
    [DataRow("", "")]
    [DataRow("a", "a")]
    [DataRow("a, b,,c,,", "a|b||c")]
    [DataRow(" a ,b ", "a|b")]
    public void List_is_parted_by_commas(string text, string items) => Assert.AreEqual(items, string.Join('|', ConfType.ListOf(text)));

    [TestMethod]
    [DataRow("", "")]
    [DataRow("a:b", "a=b")]
    [DataRow("a:b, c : d:e ,f:", "a=b|c=d:e|f=")]
    [DataRow("a", null)]
    [DataRow("a:b,", null)]
    [DataRow(":b", null)]
    [DataRow("a:b,c", null)]
    public void Pairs_are_parted_by_commas_and_their_first_colon(string text, string? pairs) =>
        Assert.AreEqual(pairs, ConfType.PairsOf(text) is { } read ? string.Join('|', read.Select(pair => $"{pair.Name}={pair.Value}")) : null);

    [TestMethod]
    [DataRow("a:b,c:d", true)]
    [DataRow("a:b,a:d", false)]
    public void Pairs_have_no_name_twice(string text, bool fits) => Assert.AreEqual(fits, ConfType.Pairs.Fits(text));

    [TestMethod]
    [DataRow("auto", true)]
    [DataRow("Auto", false)]
    [DataRow("", false)]
    public void Choice_is_one_of_its_words(string text, bool fits) => Assert.AreEqual(fits, ConfType.Choice("auto", "path").Fits(text));
}
