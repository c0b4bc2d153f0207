using System.Reflection;

namespace GlanceStore.Conformance;

/// <summary>
/// Makes what is left out visible: fails where a suite has neither a subclass in the test assembly nor a written reason. A driver's
/// test project has one: <c>[TestClass] public sealed class FileCoverage : SuiteCoverage;</c>.
/// </summary>
public abstract class SuiteCoverage
{
    /// <summary>All suites of this package, as open generic types.</summary>
    public static IReadOnlyList<Type> AllSuites { get; } = [.. typeof(SuiteCoverage).Assembly.GetExportedTypes().Where(IsSuite)];

    /// <summary>The suites left out, such as <c>typeof(OverwriteSuite&lt;&gt;)</c>, each with the reason in words. None by default.</summary>
    protected virtual IReadOnlyDictionary<Type, string> LeftOut => new Dictionary<Type, string>();

    /// <summary>Every suite is run, or left out for a reason.</summary>
    [TestMethod]
    public void Every_suite_is_run_or_left_out_for_a_reason()
    {
        var run = GetType().Assembly.GetTypes().Where(IsRun).SelectMany(Ancestry).ToHashSet();
        var faults = AllSuites.Select(suite => Fault(suite, run.Contains(suite))).OfType<string>()
            .Concat(LeftOut.Keys.Except(AllSuites).Select(type => $"{type.Name} is left out and is no suite"))
            .ToArray();
        Assert.IsEmpty(faults, string.Join("; ", faults));
    }

    private string? Fault(Type suite, bool isRun) => (isRun, LeftOut.TryGetValue(suite, out var reason)) switch
    {
        (true, true) => $"{suite.Name} is run and left out",
        (false, false) => $"{suite.Name} has no subclass in {GetType().Assembly.GetName().Name} and no reason in LeftOut",
        (false, true) when string.IsNullOrWhiteSpace(reason) => $"{suite.Name} is left out without a reason",
        _ => null,
    };

    private static bool IsSuite(Type type) =>
        type.IsAbstract && type.IsGenericTypeDefinition && Ancestry(type.BaseType).Contains(typeof(DriverSuite<>));

    private static bool IsRun(Type type) => !type.IsAbstract && type.GetCustomAttribute<TestClassAttribute>() is not null;

    private static IEnumerable<Type> Ancestry(Type? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            yield return type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        }
    }
}
