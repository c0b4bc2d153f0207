using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace GlanceStore.Interoperation;

/// <summary>
/// What the tests of a class share, which come one after the other: a folder, and the stores of one configuration, ours and Python's, whose library takes
/// seconds to load.
/// </summary>
internal sealed class SharedPlace : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<Type, SharedPlace> Places = new();

    private ImageStores? _stores;
    private PythonLibrary? _python;

    private SharedPlace()
    {
    }

    public DirectoryInfo Root { get; } = Directory.CreateTempSubdirectory("glance-store-interoperation-");

    public ImageStores Stores => _stores!;

    public PythonLibrary Python => _python!;

    public bool IsOpen => _python is not null;

    public static SharedPlace Of(Type testClass) => Places.GetOrAdd(testClass, _ => new SharedPlace());

    public static async Task RemoveAllAsync()
    {
        foreach (var place in Places.Values)
        {
            await place.DisposeAsync();
        }
    }

    /// <summary>Makes the stores of a configuration.</summary>
    /// <param name="conf">The <c>glance-api.conf</c>.</param>
    /// <param name="store">The store that is put to the test, as <see cref="PythonLibrary"/> takes it.</param>
    public void Open(string conf, string store)
    {
        var builder = new GlanceStoreBuilder();
        builder.AddFile().AddHttp().AddRbd().AddS3().AddSwift();
        _stores = builder.AddGlanceConf(conf).Build();
        _python = new PythonLibrary(conf, store);
    }

    public async ValueTask DisposeAsync()
    {
        _python?.Dispose();
        if (_stores is not null)
        {
            await _stores.DisposeAsync();
        }

        Root.Delete(recursive: true);
    }
}
