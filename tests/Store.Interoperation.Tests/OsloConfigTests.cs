using System.Text.Json.Nodes;

namespace GlanceStore.Interoperation;

/// <summary>The syntax: what oslo.config itself makes of a file is what we make of it.</summary>
[TestClass]
public sealed class OsloConfigTests
{
    private const string Vectors = """
        # a comment
        ; another
        [DEFAULT]
        plain = text
        colon : text
        both = a:b
        other:c=d
        empty =
        spaces =    a  b
        comment = a # b
        quoted = "a b "
        single = 'a'
        open = "a
        quote = "
        inner = a "b" c
        twice = 1
        twice = 2
        lines = one,
            two,
        	three
        cut = one

        after = two
        dollar = 5$ and $$plain and \$plain and $1 and ${ and ${plain
        near = $plain
        braces = ${plain}s
        far = $fast.unicode
        missing = $nowhere
        dot = $plain.
        nested = $near$braces
        unicode = ünïcödé
        [Fast]
        unicode = ☃
        plain = own
        near = $plain and $colon
        list = 1
        list = 2
        [fast]
        list = 3
        cold = $cold.x
        [cold]
        x = y
        late = early
        """;

    private const string Fragment = "[fast]\nlist = 4\n[cold]\nlate = later\n";

    [TestMethod]
    public async Task Every_vector_is_read_as_oslo_config_reads_it()
    {
        await PythonLibrary.RequireAsync();
        var root = Directory.CreateTempSubdirectory("glance-store-vectors-");
        try
        {
            var file = Path.Combine(root.FullName, "vectors.conf");
            var directory = Directory.CreateDirectory(Path.Combine(root.FullName, "d")).FullName;
            await File.WriteAllTextAsync(file, Vectors.ReplaceLineEndings("\n"));
            await File.WriteAllTextAsync(Path.Combine(directory, "20.conf"), Fragment);
            await File.WriteAllTextAsync(Path.Combine(directory, "10.conf"), Fragment.Replace("later", "earlier").Replace("4", "3.5"));

            var ours = Ours(file, directory);
            string[] names = [.. ours.Keys];
            Assert.HasCount(31, names);
            var program = Path.Combine(AppContext.BaseDirectory, "oslo_config_values.py");
            var theirs = JsonNode.Parse(await PythonLibrary.PrintedByAsync([program, file, directory, .. names]))!;
            foreach (var name in names)
            {
                var text = theirs[name] is JsonArray values ? string.Join('|', values.Select(value => (string?)value)) : (string?)theirs[name];
                Assert.AreEqual(text, ours[name], name);
            }
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static Dictionary<string, string?> Ours(string file, string directory)
    {
        var mistakes = new List<string>();
        var text = ConfFiles.Read([file], [directory], mistakes);
        Assert.IsEmpty(mistakes);
        var interpolation = new ConfInterpolation(text, _ => null, mistakes);
        return new[] { "DEFAULT", "fast", "cold" }
            .SelectMany(section => text.Of(section))
            .ToDictionary(
                value => $"{value.Section}.{value.Name}{(value.Name == "list" ? "*" : "")}",
                value => value.Name == "list"
                    ? string.Join('|', text.FindAll(value.Section, value.Name).Select(interpolation.Expand))
                    : interpolation.Expand(value));
    }
}
