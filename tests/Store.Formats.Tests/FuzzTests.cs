using System.Diagnostics;
using System.Globalization;

namespace GlanceStore.Formats.Tests;

/// <summary>Images with bytes changed at random: a verdict, the same one however they are read, and a disk or a typed error, in bounded time and memory.</summary>
/// <remarks>
/// GLANCESTORE_FUZZ is how many inputs are tried, ten thousand by default, and GLANCESTORE_FUZZ_FIRST the seed of the first, 0 by default
/// (<c>eng/fuzz</c> sets them). A failure prints the seed that makes it again.
/// </remarks>
[TestClass]
public sealed class FuzzTests
{
    private const int DefaultInputs = 10_000;
    private const int BytesRead = 1 << 20;
    private const int MostExtents = 2000;
    private const int Piece = 5000;

    // Tables are 4 MiB, headers as much; batches of clusters, and what a decompressor takes for each of them, are the rest.
    private const long MostAllocated = 256L << 20;

    // A machine that does something else meanwhile is no endless loop.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private static readonly string[] Images =
    [
        "zlib.qcow2", "zstd.qcow2", "extended-small.qcow2", "cluster-512-zlib.qcow2", "snapshot-v2.qcow2", "streamOptimized.vmdk", "footer.vmdk", "monolithicSparse.vmdk",
        "monolithicFlat.vmdk", "dynamic.vhd", "fixed.vhd", "dynamic.vhdx", "dynamic.vdi", "luks1.raw", "luks2.raw", "box.ova", "hybrid-gpt.iso", "gpt.raw", "disk.parallels", "disk.qcow", "disk.qed",
    ];

    [TestMethod]
    public async Task Whatever_is_changed_in_an_image_there_is_a_verdict_or_one_typed_error()
    {
        var (first, inputs) = (Number("GLANCESTORE_FUZZ_FIRST", 0), Number("GLANCESTORE_FUZZ", DefaultInputs));
        var images = Images.Select(name => (Name: name, Bytes: MadeImages.Bytes(name))).ToArray();
        for (var seed = first; seed < first + inputs; seed++)
        {
            var (name, original) = images[seed % images.Length];
            var random = new Random(seed);
            var undo = Mutate(original, random);
            var (allocated, begun) = (GC.GetTotalAllocatedBytes(), Stopwatch.GetTimestamp());
            try
            {
                var length = random.Next(8) == 0 ? random.Next(original.Length) : original.Length;
                using var image = new MemoryStream(original, 0, length, writable: false);
                await InspectAsync(image, original.AsMemory(0, length), seed);
                await ReadAsync(image, random);
            }
            catch (Exception e) when (e is not (StoreException or AssertFailedException))
            {
                Assert.Fail($"Seed {seed} on {name}: {e}");
            }
            finally
            {
                foreach (var (at, value) in Enumerable.Reverse(undo))
                {
                    original[at] = value;
                }
            }

            Assert.IsLessThan(MostAllocated, GC.GetTotalAllocatedBytes() - allocated, $"Seed {seed} on {name} took memory");
            Assert.IsLessThan(Longest, Stopwatch.GetElapsedTime(begun), $"Seed {seed} on {name} took time");
        }

        Console.WriteLine($"{inputs} inputs from seed {first} on");
    }

    private static async Task InspectAsync(MemoryStream image, ReadOnlyMemory<byte> bytes, int seed)
    {
        var sought = await ImageInspector.InspectAsync(image);
        var inspector = new ImageInspector();
        for (var at = 0; at < bytes.Length; at += Piece)
        {
            inspector.Append(bytes.Span.Slice(at, Math.Min(Piece, bytes.Length - at)));
        }

        var passed = inspector.Complete();
        Assert.AreEqual(Text(sought), Text(passed), $"Seed {seed}: the verdict depends on how it is read");
        Assert.IsTrue(sought.VirtualSize is null or >= 0, $"Seed {seed}: a disk of {sought.VirtualSize} bytes");
    }

    private static async Task ReadAsync(Stream image, Random random)
    {
        try
        {
            await using var disk = await VirtualDisk.OpenAsync(image, new VirtualDiskOptions { Parallelism = 2 });
            var buffer = new byte[64 << 10];
            for (var read = 0; read < BytesRead && disk.Length > 0; read += buffer.Length)
            {
                disk.Position = random.NextInt64(disk.Length);
                Assert.IsGreaterThan(0, await disk.ReadAsync(buffer));
            }

            var count = 0;
            await foreach (var extent in disk.GetExtentsAsync())
            {
                Assert.IsGreaterThan(0, extent.Length);
                if (++count == MostExtents)
                {
                    break;
                }
            }
        }
        catch (StoreException e)
        {
            Assert.IsTrue(e.Error is StoreError.Corrupted or StoreError.Unsupported or StoreError.Refused, e.Message);
        }
    }

    // Most of it where headers and tables are: numbers that are none, single bits, and bytes from elsewhere.
    private static List<(int At, byte Value)> Mutate(byte[] bytes, Random random)
    {
        var undo = new List<(int, byte)>();
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            var at = random.Next(5) switch
            {
                0 => random.Next(Math.Min(bytes.Length, 512)),
                1 => random.Next(Math.Min(bytes.Length, 70_000)),
                2 => Math.Min(bytes.Length - 1, (random.Next(0, bytes.Length / 65536 + 1) * 65536) + random.Next(64)),
                3 => Math.Max(0, bytes.Length - 1 - random.Next(1536)),
                _ => random.Next(bytes.Length),
            };
            var count = Math.Min(bytes.Length - at, random.Next(3) switch { 0 => 1, 1 => 4, _ => 8 });
            var kind = random.Next(4);
            for (var i = at; i < at + count; i++)
            {
                undo.Add((i, bytes[i]));
                bytes[i] = kind switch { 0 => 0xFF, 1 => 0, 2 => (byte)(bytes[i] ^ (1 << random.Next(8))), _ => (byte)random.Next(256) };
            }
        }

        return undo;
    }

    private static string Text(ImageInspection found) => $"{found} [{string.Join(", ", found.Details.OrderBy(pair => pair.Key, StringComparer.Ordinal))}] {string.Join(' ', found.Findings)}";

    private static int Number(string variable, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : standard;
}
