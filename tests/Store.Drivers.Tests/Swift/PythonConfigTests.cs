using System.Diagnostics;
using System.Text.Json;
using GlanceStore.Conformance;

namespace GlanceStore.Drivers.Swift;

/// <summary>The file of accounts is Python's: what its own parser makes of a text, ours does.</summary>
[TestClass]
public sealed class PythonConfigTests
{
    // A file a line, as JSON, and what it holds back; null where Python refuses it.
    private const string Reader = """
        import json, sys
        from glance_store._drivers.swift.utils import SwiftConfigParser
        def value(config, section, name):
            try:
                return config.get(section, name)
            except Exception:
                return None
        for line in sys.stdin:
            config = SwiftConfigParser()
            try:
                config.read_string(json.loads(line))
                held = {s: {n: value(config, s, n) for n in config.options(s)} for s in config.sections()}
            except Exception:
                held = None
            print(json.dumps(held), flush=True)
        """;

    private static readonly Lazy<Process> Python = new(Start);
    private static readonly Lock Turn = new();

    [ClassCleanup]
    public static void End()
    {
        if (Python.IsValueCreated)
        {
            Python.Value.StandardInput.Close();
            Python.Value.Dispose();
        }
    }

    [TestMethod]
    [DataRow("[ref1]\nkey = pa%%ss", "pa%ss")]
    [DataRow("[ref1]\nhost = 127.0.0.1\nkey = http://%(host)s:5000/v3", "http://127.0.0.1:5000/v3")]
    [DataRow("[DEFAULT]\nhost = h\nkey = of all\n[ref1]\nother = %(host)s", "of all")]
    [DataRow("[DEFAULT]\nhost = h\n[ref1]\nHOST = mine\nKEY = %(Host)s", "mine")]
    [DataRow("[ref1]\nkey: a=b", "a=b")]
    [DataRow("[ref1]\nkey = a:b ; no comment # neither", "a:b ; no comment # neither")]
    [DataRow("[ref1]\n# a comment\n; another\nkey = k\n  # one in a value\n  goes on\n\n  and on", "k\ngoes on\n\nand on")]
    [DataRow("[ref1]\nkey = k\n\n\nuser = u", "k")]
    [DataRow("[ref1]\n  key = indented\n  user = u", "indented")]
    [DataRow("[ref1] what follows is nothing\nkey = k", "k")]
    [DataRow("[ref1]\nkey = 'in quotes'", "in quotes")]
    [DataRow("[ref1]\nkey = \"100%%\"", "100%")]
    [DataRow("[ref1]\nkey = ", "")]
    [DataRow("[ref1]\nkey = k\n[ref1 ]\nkey = another section", "k")]
    [DataRow("[ref1]\r\nkey = windows\r\nuser = u\r\n", "windows")]
    [DataRow("[ref1]\nkey = %(user)s-%(user)s\nuser = %(name)s\nname = n", "n-n")]
    public void A_value_is_what_Python_reads(string text, string expected)
    {
        var config = PythonConfig.Read(text.ReplaceLineEndings("\n").Split('\n'));
        Assert.IsEmpty(config.MistakesOf("ref1"));
        Assert.AreEqual(expected, config.Text("ref1", "key", out var mistake), mistake);
        AssertAsPython(text);
    }

    [TestMethod]
    [DataRow("[ref1]\nkey = pa%ss", "'key' holds a '%'")]
    [DataRow("[ref1]\nkey = %(nobody)s", "refers to a name that is not there")]
    [DataRow("[ref1]\nkey = %(open", "'key' holds a '%'")]
    [DataRow("[ref1]\nkey = %(user)s\nuser = %(key)s", "lead to themselves")]
    [DataRow("[ref1]\nkey = 'open", "quotes around 'key'")]
    [DataRow("[ref1]\nkey = '", "quotes around 'key'")]
    public void A_value_that_Python_refuses_is_a_mistake_that_names_it(string text, string why)
    {
        var config = PythonConfig.Read(text.Split('\n'));
        Assert.IsNull(config.Text("ref1", "key", out var mistake));
        Assert.Contains(why, mistake!);
        AssertAsPython(text);
    }

    [TestMethod]
    [DataRow("key = c4nary\n[ref1]\nkey = k", "in no section")]
    [DataRow("[ref1]\nkey = a\nkey = b", "'key' is there twice")]
    [DataRow("[ref1]\nkey = a\n[ref1]\nuser = b", "heading is there twice")]
    [DataRow("[ref1]\nc4nary", "NAME = VALUE")]
    [DataRow("[ref1]\n= c4nary", "NAME = VALUE")]
    [DataRow("[DEFAULT]\nkey = c4nary\nKEY = b\n[ref1]\nuser = b", "'key' is there twice")]
    public void A_file_that_Python_refuses_is_a_mistake_without_its_values(string text, string why)
    {
        var mistakes = string.Join('\n', PythonConfig.Read(text.Split('\n')).MistakesOf("ref1"));
        Assert.Contains(why, mistakes);
        Assert.DoesNotContain("c4nary", mistakes);
        Assert.IsNull(ReadByPython(text), "Python refuses it.");
    }

    private static void AssertAsPython(string text)
    {
        var ours = PythonConfig.Read(text.ReplaceLineEndings("\n").Split('\n'));
        var sections = ReadByPython(text)!;
        CollectionAssert.AreEqual(sections.Keys.ToArray(), ours.Sections.ToArray());
        foreach (var (section, values) in sections)
        {
            foreach (var (name, value) in values)
            {
                Assert.AreEqual(value, ours.Text(section, name, out _), $"[{section}] {name}");
            }
        }
    }

    private static Dictionary<string, Dictionary<string, string?>>? ReadByPython(string text)
    {
        if (PythonStore.SkipReason is { } reason)
        {
            SkippedServers.Skip(PythonStore.Tool, reason);
        }

        lock (Turn)
        {
            Python.Value.StandardInput.WriteLine(JsonSerializer.Serialize(text));
            Python.Value.StandardInput.Flush();
            return JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string?>>>(Python.Value.StandardOutput.ReadLine()!);
        }
    }

    private static Process Start()
    {
        var python = Process.Start(new ProcessStartInfo("/usr/bin/python3")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { "-W", "ignore", "-c", Reader },
        })!;
        python.ErrorDataReceived += (_, _) => { };
        python.BeginErrorReadLine();
        return python;
    }
}
