namespace GlanceStore.Core.Tests.Configuration.Glance;

[TestClass]
public sealed class ConfFileTests
{
    [TestMethod]
    [DataRow("a = 1", "1")]
    [DataRow("a=1", "1")]
    [DataRow("a : 1", "1")]
    [DataRow("a: b = c", "b = c")]
    [DataRow("a = b: c", "b: c")]
    [DataRow("a =", "")]
    [DataRow("a = 1   ", "1")]
    [DataRow("a = 1 # no comment", "1 # no comment")]
    [DataRow("a = \"quoted \"", "quoted ")]
    [DataRow("a = 'it''s'", "it''s")]
    [DataRow("a = \"open", "\"open")]
    [DataRow("a = \"", "")]
    [DataRow("a = 1\na = 2", "2")]
    [DataRow("a = 1\n  2\n\t3", "1\n2\n3")]
    [DataRow("a = 1,\n    2\n\nb = 3", "1,\n2")]
    [DataRow("a = 1\n# a comment\nb = 2", "1")]
    [DataRow("a = 1\r\nb = 2", "1")]
    [DataRow("[s]\na = 1\n[other]\na = 2\n[S]\na = 3", "3")]
    public void Option_is_read_as_oslo_config_reads_it(string lines, string expected)
    {
        var (text, mistakes) = Read("[s]\n" + lines);
        Assert.AreEqual("", mistakes);
        Assert.AreEqual(expected, text.Find("s", "a")?.Text);
    }

    [TestMethod]
    public void Repeated_option_keeps_every_value_in_order()
    {
        var (text, _) = Read("[s]\na = 1\nb = x\na = 2\n[S]\na = 3");
        Assert.AreEqual("1 2 3", string.Join(' ', text.FindAll("s", "a").Select(value => value.Text)));
    }

    [TestMethod]
    public void Value_knows_its_file_and_the_line_it_begins_on()
    {
        var (text, _) = Read("# nothing\n[s]\n\na = 1\n  2\nb = 3");
        Assert.AreEqual("'a' (glance.conf:4)", $"{text.Find("s", "a")}");
        Assert.AreEqual("'b' (glance.conf:6)", $"{text.Find("s", "b")}");
        Assert.AreEqual("glance.conf:2", $"{text.PlaceOf("S")}");
    }

    [TestMethod]
    public void The_section_DEFAULT_is_written_so_and_not_otherwise()
    {
        var (text, _) = Read("[DEFAULT]\na = 1\n[default]\na = 2");
        Assert.AreEqual("1", text.Find("DEFAULT", "a")?.Text);
        Assert.AreEqual("2", text.Find("Default", "a")?.Text);
    }

    [TestMethod]
    [DataRow("a = 1", "The option 'a' is in no section (glance.conf:1).")]
    [DataRow("[s", "What begins with '[' is the name of a section, in brackets, and nothing else (glance.conf:1).")]
    [DataRow("[]", "What begins with '[' is the name of a section, in brackets, and nothing else (glance.conf:1).")]
    [DataRow("[s] # comment", "What begins with '[' is the name of a section, in brackets, and nothing else (glance.conf:1).")]
    [DataRow("[s]\ngeheim", "The line is no comment, no section and no 'option = value' (glance.conf:2).")]
    [DataRow("[s]\n= geheim", "The line is no comment, no section and no 'option = value' (glance.conf:2).")]
    [DataRow("[s]\n  geheim", "The line begins with a blank, so it continues the one before it, which is no option (glance.conf:2).")]
    [DataRow("[s]\na = 1\n\n  geheim", "The line begins with a blank, so it continues the one before it, which is no option (glance.conf:4).")]
    [DataRow("[s]\na = 1\n# comment\n  geheim", "The line begins with a blank, so it continues the one before it, which is no option (glance.conf:4).")]
    public void Line_that_is_wrong_is_told_of_with_its_place_and_not_repeated(string lines, string sentence)
    {
        var (_, mistakes) = Read(lines);
        Assert.AreEqual(sentence, mistakes);
    }

    [TestMethod]
    public void Lines_after_a_wrong_one_are_read()
    {
        var (text, mistakes) = Read("[s]\nwrong\na = 1\n[t\nb = 2");
        Assert.HasCount(2, mistakes.Split('\n'));
        Assert.AreEqual("1", text.Find("s", "a")?.Text);
    }

    private static (ConfText Text, string Mistakes) Read(string lines)
    {
        var text = new ConfText();
        var mistakes = new List<string>();
        new ConfFile("glance.conf", text, mistakes).Read(lines.ReplaceLineEndings("\n").Split('\n'));
        return (text, string.Join('\n', mistakes));
    }
}
