using System.Reflection;

namespace GlanceStore.Conformance;

/// <summary>Runs the cases of a suite as MSTest would, and tells which failed.</summary>
internal static class SuiteRun
{
    public static async Task<IReadOnlyList<string>> FailuresAsync(Type suite, Flaw flaw)
    {
        FlawHarness.Current.Value = flaw;
        var failures = new List<string>();
        foreach (var method in suite.GetMethods().Where(method => method.GetCustomAttribute<TestMethodAttribute>() is not null))
        {
            foreach (var arguments in ArgumentsOf(method))
            {
                if (await ErrorOfAsync((DriverSuite<FlawHarness>)Activator.CreateInstance(suite)!, method, arguments) is { } error)
                {
                    failures.Add($"{method.Name}: {error.Message}");
                }
            }
        }

        return failures;
    }

    private static IEnumerable<object?[]> ArgumentsOf(MethodInfo method)
    {
        var sources = method.GetCustomAttributes().OfType<ITestDataSource>().ToArray();
        return sources.Length == 0 ? [[]] : sources.SelectMany(source => source.GetData(method));
    }

    private static async Task<Exception?> ErrorOfAsync(DriverSuite<FlawHarness> suite, MethodInfo method, object?[] arguments)
    {
        suite.TestContext = new QuietTestContext();
        await suite.StartAsync();
        try
        {
            await ((Task?)method.Invoke(suite, arguments) ?? Task.CompletedTask);
            return null;
        }
        catch (Exception e)
        {
            return e is TargetInvocationException { InnerException: { } inner } ? inner : e;
        }
        finally
        {
            await suite.StopAsync();
        }
    }
}
