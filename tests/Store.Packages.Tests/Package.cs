using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace GlanceStore.Packages.Tests;

/// <summary>A .nupkg, as its reader sees it.</summary>
internal sealed class Package
{
    private readonly string _path;
    private readonly XElement _metadata;

    private Package(string path, XElement metadata, IReadOnlyList<string> entries) => (_path, _metadata, Entries) = (path, metadata, entries);

    public string Id => Metadata("id")!;

    public IReadOnlyList<string> Entries { get; }

    public bool IsTool => IsOfType("DotnetTool") || IsToolOfOneMachine;

    /// <summary>Whether it is what a tool's package names for machines of one kind, and no package that anybody asks for.</summary>
    public bool IsToolOfOneMachine => IsOfType("DotnetToolRidPackage");

    public IReadOnlyList<string> Dependencies => [.. _metadata
        .Descendants(_metadata.Name.Namespace + "dependency")
        .Select(dependency => (string)dependency.Attribute("id")!)];

    public IReadOnlyList<string> DependenciesOnUs => [.. Dependencies.Where(id => id.StartsWith("GlanceStore.", StringComparison.Ordinal))];

    public static Package Open(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        using var nuspec = zip.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        var metadata = XDocument.Load(nuspec).Root!.Elements().First(element => element.Name.LocalName == "metadata");
        return new Package(path, metadata, [.. zip.Entries.Select(entry => entry.FullName)]);
    }

    public string? Metadata(string name) => _metadata.Element(_metadata.Name.Namespace + name)?.Value;

    public string Text(string entry)
    {
        using var zip = ZipFile.OpenRead(_path);
        using var reader = new StreamReader(zip.GetEntry(entry)!.Open());
        return reader.ReadToEnd();
    }

    /// <summary>The assemblies that the package's own assembly was compiled against.</summary>
    public IReadOnlyList<string> AssemblyReferences()
    {
        using var zip = ZipFile.OpenRead(_path);
        using var assembly = new MemoryStream();
        using (var packed = zip.Entries.Single(entry => entry.Name == $"{Id}.dll").Open())
        {
            packed.CopyTo(assembly);
        }

        assembly.Position = 0;
        using var image = new PEReader(assembly);
        var reader = image.GetMetadataReader();
        return [.. reader.AssemblyReferences.Select(handle => reader.GetString(reader.GetAssemblyReference(handle).Name))];
    }

    public override string ToString() => Id;

    private bool IsOfType(string name) => _metadata.Descendants(_metadata.Name.Namespace + "packageType").Any(type => (string?)type.Attribute("name") == name);
}
