using System.Diagnostics;
using System.Globalization;

namespace GlanceStore.Drivers.Rbd;

/// <summary>
/// This program as a process of its own that is raced with, killed or looked at: it is one where its first argument says so, else the tests.
/// </summary>
internal static class Programs
{
    private const string Putting = "put";
    private const string Looking = "look";

    private static readonly string Program = Path.ChangeExtension(typeof(Programs).Assembly.Location, OperatingSystem.IsWindows() ? "exe" : null);

    public static Task<int> Main(string[] args) => args switch
    {
        [Putting, var conf, var pool, var bytes, var seed] =>
            PutAllAsync(new RbdDriverOptions { CephConf = conf, Pool = pool, User = "glance" }, int.Parse(bytes, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture)),
        [Looking, var conf, var user] => LookAsync(new RbdDriverOptions { CephConf = conf, User = user, ConnectTimeout = TimeSpan.FromSeconds(2) }),
        _ => MicrosoftTestingPlatformApplication.RunAsync(args),
    };

    /// <summary>What <see cref="StartPutting"/> puts.</summary>
    public static byte[] Image(int bytes, int seed)
    {
        var image = new byte[bytes];
        new Random(seed).NextBytes(image);
        return image;
    }

    /// <summary>A process that puts an image under every id it is told in a line, an id after a plus sign in place of what is there, and says how it went.</summary>
    public static Process StartPutting(RbdDriverOptions options, int bytes, int seed) => Start(
        Putting, options.CephConf!, options.Pool, bytes.ToString(CultureInfo.InvariantCulture), seed.ToString(CultureInfo.InvariantCulture));

    /// <summary>A process that asks for an image of a pool that it cannot connect to, and says why.</summary>
    public static Process StartLooking(string conf, string user) => Start(Looking, conf, user);

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(Program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    // The input ends with the process that started this one, so none is left behind where nobody kills it.
    private static async Task<int> PutAllAsync(RbdDriverOptions options, int bytes, int seed)
    {
        await using var driver = new RbdDriver(options);
        await using var store = new ImageStore("rbd", driver, new ImageStoreOptions { ChunkBytes = 1 << 20 });
        await driver.FindAsync(driver.LocationOf(ImageId.New()), default);
        await Console.Out.WriteLineAsync("ready");
        var image = Image(bytes, seed);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            await Console.Out.WriteLineAsync(await PutAsync(store, line, image));
        }

        return 0;
    }

    private static async Task<string> PutAsync(ImageStore store, string line, byte[] image)
    {
        var replaces = line[0] == '+';
        try
        {
            using var source = new MemoryStream(image);
            await store.PutAsync(new ImageId(line.TrimStart('+')), source, new PutOptions { Mode = replaces ? WriteMode.Replace : WriteMode.CreateNew });
            return "stored";
        }
        catch (StoreException e)
        {
            return e.Error.ToString();
        }
    }

    private static async Task<int> LookAsync(RbdDriverOptions options)
    {
        await using var driver = new RbdDriver(options);
        try
        {
            await driver.FindAsync(driver.ParseLocation("rbd://image"), default);
        }
        catch (StoreException e)
        {
            await Console.Out.WriteLineAsync($"{e.Error}: {e.Message}");
        }

        return 0;
    }
}
