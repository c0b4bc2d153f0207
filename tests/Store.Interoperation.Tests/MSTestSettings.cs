[assembly: Parallelize(Scope = ExecutionScope.ClassLevel)]

namespace GlanceStore.Interoperation;

/// <summary>The end of all tests.</summary>
[TestClass]
public static class MSTestSettings
{
    /// <summary>Ends what the classes share.</summary>
    [AssemblyCleanup]
    public static Task End() => SharedPlace.RemoveAllAsync();
}
