using GlanceStore.Drivers.Testing;
using Microsoft.Win32.SafeHandles;

namespace GlanceStore.Drivers.File.Tests;

/// <summary>A file store in a directory of its own, and the few steps that the tests share.</summary>
internal sealed class TestStore : IDisposable
{
    /// <param name="options">Its options, made from the directory; that directory itself by default.</param>
    /// <param name="host">The file system; the real one by default.</param>
    /// <param name="log">What the driver logs to.</param>
    /// <param name="isNew">Whether the store's directories are not there yet.</param>
    public TestStore(Func<string, FileDriverOptions>? options = null, HostFileSystem? host = null, ListLogger<FileDriver>? log = null, bool isNew = false)
    {
        Root = System.IO.Directory.CreateTempSubdirectory("glance-store-test-").FullName;
        try
        {
            var chosen = options?.Invoke(Root) ?? new FileDriverOptions { Directory = Root };
            foreach (var directory in isNew ? [] : chosen.InOrder())
            {
                System.IO.Directory.CreateDirectory(directory.Path);
            }

            Driver = new FileDriver(chosen, log, host ?? HostFileSystem.Current);
        }
        catch
        {
            System.IO.Directory.Delete(Root, recursive: true);
            throw;
        }
    }

    public string Root { get; }

    public FileDriver Driver { get; }

    public IEnumerable<string> Entries => System.IO.Directory.EnumerateFileSystemEntries(Root, "*", new EnumerationOptions { AttributesToSkip = 0, RecurseSubdirectories = true });

    public IEnumerable<string> Parts => Entries.Where(FileLocation.IsPart);

    public static HostFileSystem Host(string name) => name switch
    {
        "unnamed" => new LinuxFileSystem(),
        "named" => new NamingFileSystem(),
        _ => new PortableFileSystem(),
    };

    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static WriteSummary Summary(long size) => new(size, new ChunkManifest(size == 0 ? [] : [new ChunkEntry(size, 0)]), []);

    public static async Task<StoreException> Fails(StoreError error, Func<Task> action)
    {
        var thrown = await Assert.ThrowsExactlyAsync<StoreException>(action);
        Assert.AreEqual(error, thrown.Error, thrown.Message);
        return thrown;
    }

    public Task<StoredObject> Put(string id, byte[] bytes, WriteMode mode = WriteMode.CreateNew) => Put(Driver, id, bytes, mode);

    public static async Task<StoredObject> Put(FileDriver driver, string id, byte[] bytes, WriteMode mode = WriteMode.CreateNew, int chunk = int.MaxValue)
    {
        await using var writer = await driver.OpenWriteAsync(new ImageId(id), new WriteIntent(mode, bytes.Length), default);
        await Write(writer, bytes, chunk);
        return await writer.CommitAsync(Summary(bytes.Length), default);
    }

    /// <summary>Writes in chunks from the last to the first, all at once.</summary>
    public static Task Write(DriverWriter writer, byte[] bytes, int chunk = int.MaxValue)
    {
        chunk = Math.Min(chunk, Math.Max(bytes.Length, 1));
        var count = (bytes.Length + chunk - 1) / chunk;
        return Task.WhenAll(Enumerable.Range(0, count).Reverse().Select(i =>
        {
            var part = bytes.AsMemory(i * chunk, Math.Min(chunk, bytes.Length - (i * chunk)));
            return writer.WriteChunkAsync(new Chunk(i, (long)i * chunk, part, 0, i == count - 1), default).AsTask();
        }));
    }

    public async Task<byte[]> Read(ImageLocation location, ByteRange? range = null)
    {
        await using var reader = await Driver.OpenReadAsync(location, new ReadIntent(range), default);
        var bytes = new MemoryStream();
        var buffer = new byte[4096];
        for (int count; (count = await reader.ReadAsync(buffer, default)) > 0;)
        {
            bytes.Write(buffer, 0, count);
        }

        return bytes.ToArray();
    }

    public ImageLocation At(string name) => Driver.ParseLocation($"file://{Root}/{name}");

    public void Dispose()
    {
        Driver.DisposeAsync().AsTask().GetAwaiter().GetResult();
        System.IO.Directory.Delete(Root, recursive: true);
    }
}

/// <summary>Linux without unnamed files, as on NFS.</summary>
internal class NamingFileSystem : LinuxFileSystem
{
    public override PartFile CreatePart(string directory) => NamedPart.Create(this, directory);
}

/// <summary>Free space as a test says.</summary>
internal sealed class ScriptedFileSystem : LinuxFileSystem
{
    public Dictionary<string, long> Free { get; } = [];

    public override long FreeBytes(string directory) => Free[System.IO.Path.GetFileName(directory)];

    public override void Reserve(SafeFileHandle handle, long size, string path)
    {
    }
}
