namespace GlanceStore.Packages.Tests;

/// <summary>Core and the drivers see Abstractions and never each other: as packages, and as compiled assemblies.</summary>
[TestClass]
public sealed class ArchitectureTests
{
    private const string Abstractions = "GlanceStore.Abstractions";
    private const string Core = "GlanceStore.Core";

    private static IEnumerable<Package> Drivers =>
        PackedSolution.Packages.Where(package => package.Id.StartsWith("GlanceStore.Drivers.", StringComparison.Ordinal));

    [TestMethod]
    public void Abstractions_depends_on_nothing() => Assert.IsEmpty(The(Abstractions).Dependencies);

    [TestMethod]
    public void Core_depends_on_Abstractions_alone_of_our_packages() =>
        Assert.AreEqual(Abstractions, string.Join(' ', The(Core).DependenciesOnUs));

    [TestMethod]
    public void Formats_depends_on_Abstractions_alone_of_our_packages() =>
        Assert.AreEqual(Abstractions, string.Join(' ', The("GlanceStore.Formats").DependenciesOnUs));

    [TestMethod]
    public void Nbd_depends_on_Abstractions_and_Formats_alone_of_our_packages() =>
        Assert.AreEqual($"{Abstractions} GlanceStore.Formats", string.Join(' ', The("GlanceStore.Nbd").DependenciesOnUs));

    [TestMethod]
    public void A_driver_depends_on_Abstractions_alone_of_our_packages()
    {
        Assert.IsNotEmpty(Drivers);
        foreach (var driver in Drivers)
        {
            Assert.AreEqual(Abstractions, string.Join(' ', driver.DependenciesOnUs), driver.Id);
        }
    }

    [TestMethod]
    public void The_conformance_suite_depends_on_no_driver() =>
        Assert.DoesNotContain(
            id => id.StartsWith("GlanceStore.Drivers.", StringComparison.Ordinal), The("GlanceStore.Conformance").DependenciesOnUs);

    [TestMethod]
    public void The_cache_depends_on_no_driver() =>
        Assert.DoesNotContain(id => id.StartsWith("GlanceStore.Drivers.", StringComparison.Ordinal), The("GlanceStore.Cache").DependenciesOnUs);

    [TestMethod]
    public void What_the_assemblies_reference_is_what_the_packages_depend_on()
    {
        foreach (var package in PackedSolution.Packages.Where(package => !package.IsTool))
        {
            var undeclared = package.AssemblyReferences()
                .Where(name => name.StartsWith("GlanceStore.", StringComparison.Ordinal))
                .Except(package.DependenciesOnUs);
            Assert.IsEmpty(undeclared, package.Id);
        }
    }

    [TestMethod]
    public void No_package_hands_an_analyzer_on() =>
        Assert.DoesNotContain(
            id => id.EndsWith("Analyzers", StringComparison.Ordinal), PackedSolution.Packages.SelectMany(package => package.Dependencies));

    private static Package The(string id) => PackedSolution.Packages.Single(package => package.Id == id);
}
