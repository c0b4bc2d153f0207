using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Drivers.File.Tests;

/// <summary>
/// A put in a process of its own, which stops at one step until it is killed: without unnamed files, and with a mode that lets nobody
/// write. This program is that process where its first argument says so, else the tests.
/// </summary>
internal static class StalledPut
{
    public const string Here = "here";
    public const int ImageBytes = (3 << 20) + 17;

    private const string Word = "stalled-put";

    public static byte[] Image { get; } = TestStore.Bytes(ImageBytes, seed: 5);

    public static FileDriverOptions Options(string directory) =>
        new() { Directory = directory, FileMode = UnixFileMode.UserRead | UnixFileMode.GroupRead };

    public static string[] Arguments(string directory, WriteMode mode, string step) => [Word, directory, mode.ToString(), step];

    public static Task<int> Main(string[] args) => args is [Word, var directory, var mode, var step]
        ? PutAsync(directory, Enum.Parse<WriteMode>(mode), step)
        : MicrosoftTestingPlatformApplication.RunAsync(args);

    private static async Task<int> PutAsync(string directory, WriteMode mode, string step)
    {
        var driver = new FileDriver(Options(directory), null, new StallingFileSystem(step));
        var store = new ImageStore("s", driver, new ImageStoreOptions { ChunkBytes = 1 << 20 });
        await store.PutAsync(new ImageId("x"), new MemoryStream(Image), new PutOptions { Mode = mode });
        return 0;
    }

    private sealed class StallingFileSystem(string step) : NamingFileSystem
    {
        public override SafeFileHandle? OpenDirect(SafeFileHandle handle)
        {
            StallAt("writing");
            return base.OpenDirect(handle);
        }

        public override void FlushRange(SafeFileHandle handle, long offset, long length, string path)
        {
            StallAt("flushing");
            base.FlushRange(handle, offset, length, path);
        }

        public override void MoveNew(SafeFileHandle handle, string part, string target)
        {
            StallAt("naming");
            base.MoveNew(handle, part, target);
            StallAt("named");
        }

        public override void FlushDirectory(string directory)
        {
            StallAt("settling");
            base.FlushDirectory(directory);
        }

        // The input ends with the process that started this one, so none is left behind where nobody kills it.
        private void StallAt(string reached)
        {
            if (reached == step)
            {
                Console.Out.WriteLine(Here);
                Console.In.ReadToEnd();
                Environment.Exit(1);
            }
        }
    }
}
