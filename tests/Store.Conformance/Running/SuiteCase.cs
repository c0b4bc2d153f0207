using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace GlanceStore.Conformance;

/// <summary>A case that can be run without a test runner, by a program that looks at a backend.</summary>
public sealed class SuiteCase
{
    private readonly Func<CancellationToken, Task<CaseResult>> _run;

    private SuiteCase(string suite, string name, Func<CancellationToken, Task<CaseResult>> run) => (Suite, Name, _run) = (suite, name, run);

    /// <summary>The suite, such as <c>PutSuite</c>.</summary>
    public string Suite { get; }

    /// <summary>The case and its arguments, such as <c>Nothing_is_visible_before_the_commit(3)</c>.</summary>
    public string Name { get; }

    /// <summary>The cases of a suite, each row of their data a case of its own.</summary>
    /// <typeparam name="TSuite">A subclass of one suite; what it needs to be found and run survives trimming.</typeparam>
    /// <typeparam name="THarness">Its harness, of which every case makes one.</typeparam>
    public static IReadOnlyList<SuiteCase> Of<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.PublicProperties)] TSuite, THarness>()
        where TSuite : DriverSuite<THarness>, new()
        where THarness : DriverHarness, new() =>
    [
        .. typeof(TSuite).GetMethods().Where(method => method.GetCustomAttribute<TestMethodAttribute>() is not null).SelectMany(RowsOf<TSuite, THarness>),
    ];

    /// <summary>Runs the case with a harness of its own, which is disposed whatever happens.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled, and has cleaned up.</exception>
    public Task<CaseResult> RunAsync(CancellationToken cancellationToken) => _run(cancellationToken);

    private static IEnumerable<SuiteCase> RowsOf<TSuite, THarness>(MethodInfo method)
        where TSuite : DriverSuite<THarness>, new()
        where THarness : DriverHarness, new()
    {
        var suite = typeof(TSuite).BaseType!.Name.Split('`')[0];
        foreach (var row in ArgumentsOf(method))
        {
            var name = row.Length == 0 ? method.Name : $"{method.Name}({string.Join(", ", row.Select(ShownAs))})";
            yield return new SuiteCase(suite, name, async cancellationToken =>
            {
                var (outcome, reason) = await CaseRun<THarness>.RunAsync(new TSuite(), method, row, cancellationToken);
                return new CaseResult(suite, name, outcome, reason);
            });
        }
    }

    private static IEnumerable<object?[]> ArgumentsOf(MethodInfo method)
    {
        var sources = method.GetCustomAttributes().OfType<ITestDataSource>().ToArray();
        return sources.Length == 0 ? [[]] : sources.SelectMany(source => source.GetData(method)).Select(row => Unfolded(row, method.GetParameters()));
    }

    // In a natively compiled program an attribute's array of values arrives inside one more array.
    private static object?[] Unfolded(object?[] row, ParameterInfo[] parameters) =>
        row is [object?[] values] && parameters is not [{ ParameterType.IsArray: true }] ? values : row;

    private static string? ShownAs(object? argument) => Convert.ToString(argument, CultureInfo.InvariantCulture);
}
