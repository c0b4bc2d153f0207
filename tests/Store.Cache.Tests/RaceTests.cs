using System.Collections;
using System.Security.Cryptography;
using System.Text;
using GlanceStore.Cache.Entries;
using GlanceStore.Cache.Files;
using GlanceStore.Cache.Reading;
using Microsoft.Extensions.Time.Testing;
using static GlanceStore.Cache.Tests.Place;

namespace GlanceStore.Cache.Tests;

/// <summary>What others do to an entry in the middle of what is done with it. Another cache over the same directory stands for another process: their locks are those of open files.</summary>
[TestClass]
public sealed class RaceTests
{
    private const int ChunkBytes = Place.ChunkBytes;
    private const int Length = 12 * ChunkBytes;

    [TestMethod]
    public async Task A_file_that_is_replaced_while_a_chunk_of_it_is_written_is_not_taken_for_the_one_that_has_the_chunk()
    {
        await using var place = new Place();
        var bytes = DirectoryTests.Random(Length, 5);
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync();
        var folder = CacheFolder.Open(place.Folder, HostDisk.Real);
        using var space = new CacheSpace(folder, null, TimeProvider.System);
        var table = new EntryTable(folder, space, new DamageLog(cache.Options.Logger, place.Folder, TimeProvider.System), cache.Options);
        var name = new EntryName(source.Digest, null, null).Of(source.Chunks!);
        await using var use = (await table.OpenAsync(name, source.Chunks, CancellationToken.None))!;
        EntryUse? second = null;
        await using var origin = new HookedOrigin(bytes, async () =>
        {
            if (second is null)
            {
                File.Delete(use.Entry.ImagePath);
                second = await table.OpenAsync(name, source.Chunks, CancellationToken.None); // opens a new, empty file
            }
        });
        await use.Entry.EnsureAsync(0, origin, CancellationToken.None);
        var found = new byte[ChunkBytes];
        Assert.IsFalse(await use.Entry.TryReadAsync(0, 0, found, CancellationToken.None));
        await use.Entry.EnsureAsync(0, origin, CancellationToken.None);
        Assert.IsTrue(await use.Entry.TryReadAsync(0, 0, found, CancellationToken.None));
        Assert.IsTrue(bytes.AsSpan(0, ChunkBytes).SequenceEqual(found));
        await second!.DisposeAsync();
    }

    [TestMethod]
    public async Task What_was_cut_off_a_file_is_not_told_as_a_hole()
    {
        await using var place = new Place();
        await using var cache = await place.OpenAsync();
        var source = await place.SourceAsync(DirectoryTests.Random(Length, 5));
        await using var image = await cache.OpenAsync(source);
        await image.FillAsync();
        using (var file = new FileStream(place.ImageOf(source), FileMode.Open))
        {
            file.SetLength(3 * ChunkBytes);
        }

        await foreach (var extent in image.GetExtentsAsync())
        {
            Assert.AreEqual(Formats.DiskExtentKind.Data, extent.Kind, $"at {extent.Offset}");
        }
    }

    [TestMethod]
    public async Task A_process_that_waited_for_another_to_adopt_the_image_does_not_forget_its_chunks()
    {
        await using var place = new Place();
        var bytes = DirectoryTests.Random(Length, 5);
        var source = await place.SourceAsync(bytes);
        var id = ImageId.Parse("one");
        var nova = Directory.CreateDirectory(place.At("_base")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(nova, Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes("one")))), bytes);
        await using var cache = await place.OpenAsync();
        await using (var aside = await place.OpenAsync(options => options with { Directory = place.At("aside") }))
        {
            await (await aside.EnsureAsync(source)).DisposeAsync();
        }

        // The other process has the turn, and all but the final name.
        var whole = Path.GetFileName(Path.GetDirectoryName(place.ImageOf(source)))!;
        var adopting = Path.Combine(place.Folder, $"{whole}.adopted");
        Directory.Move(Path.Combine(place.At("aside"), whole), adopting);
        var journal = new Journal(new EntryFiles(adopting, HostDisk.Real), TimeProvider.System);
        AdoptedFile told;
        using (await journal.TakeAsync(CancellationToken.None))
        {
            var adoption = FirstAsync(cache.AdoptAsync(nova, [KeyValuePair.Create(id, source)]));
            while (!CacheFolder.IsLeased(new EntryFiles(adopting, HostDisk.Real)))
            {
                await Task.Yield();
            }

            Directory.Move(adopting, Path.Combine(place.Folder, whole));
            journal.Dispose();
            told = await adoption;
        }

        Assert.IsFalse(told.IsAdopted);
        Assert.Contains("already", told.Reason);
        var reads = place.Driver.Reads;
        await using var file = await cache.EnsureAsync(source);
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(file.Path));
        Assert.AreEqual(reads, place.Driver.Reads);
        Assert.HasCount(1, place.Entries);
    }

    [TestMethod]
    public async Task An_image_that_another_process_made_whole_between_two_looks_is_not_fetched_again()
    {
        await using var place = new Place();
        var bytes = DirectoryTests.Random(Length, 5);
        var source = await place.SourceAsync(bytes);
        await using (var aside = await place.OpenAsync(options => options with { Directory = place.At("aside") }))
        {
            await (await aside.EnsureAsync(source)).DisposeAsync();
        }

        await using var cache = await place.OpenAsync();
        var reads = place.Driver.Reads;
        var whole = Path.GetFileName(Path.GetDirectoryName(place.ImageOf(source)))!;
        void Seal() => Directory.Move(Path.Combine(place.At("aside"), whole), Path.Combine(place.Folder, whole));
        await using var file = await cache.EnsureAsync(source with { Locations = new Places(source.Locations, Seal) });
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(file.Path));
        Assert.AreEqual(whole, place.Entries.Single());

        await new Arrival(new EntryName(source.Digest, null, null).Arriving, new StoresOrigin(place.Stores, source, null), source.Size)
            .RunAsync(CacheFolder.Open(place.Folder, HostDisk.Real), null!, null!, TimeProvider.System, CancellationToken.None);
        Assert.AreEqual(reads, place.Driver.Reads);
    }

    [TestMethod]
    public async Task Another_ones_half_written_image_is_not_taken_for_the_whole_one_whose_directory_was_removed()
    {
        await using var place = new Place();
        var bytes = DirectoryTests.Random(Length, 5);
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync(options => options with { Parallelism = 1 });
        await using var other = await place.OpenAsync();
        var (isAtLast, goOn) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        place.Driver.BeforeRead = (_, intent, token) =>
            intent.Range?.Offset == Length - ChunkBytes && isAtLast.TrySetResult() ? goOn.Task.WaitAsync(token) : Task.CompletedTask;
        var ensuring = cache.EnsureAsync(source);
        await isAtLast.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Directory.Delete(Path.Combine(place.Folder, place.Entries.Single()), recursive: true);
        await using var image = await other.OpenAsync(source);
        await image.ReadExactlyAsync(new byte[ChunkBytes]);
        goOn.SetResult();
        await using var file = await ensuring;
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(file.Path));
        await SameAsync(bytes, image);
        Assert.HasCount(1, place.Entries);
    }

    [TestMethod]
    public async Task What_was_fetched_by_other_chunks_goes_when_another_process_has_made_the_image_whole()
    {
        await using var place = new Place();
        var bytes = DirectoryTests.Random(Length, 5);
        var source = await place.SourceAsync(bytes);
        var plain = new CacheSource(source.Locations, source.Digest, source.Size);
        await using var cache = await place.OpenAsync();
        await using (var other = await place.OpenAsync())
        await using (var image = await cache.OpenAsync(source))
        {
            await image.ReadExactlyAsync(new byte[2 * ChunkBytes]);
            await (await other.EnsureAsync(plain)).DisposeAsync();
            Assert.HasCount(2, place.Entries);
            await image.ReadExactlyAsync(new byte[2 * ChunkBytes]);
        }

        Assert.IsTrue((await cache.ListAsync()).Single().IsWhole);
        Assert.HasCount(1, place.Entries);
    }

    [TestMethod]
    public async Task A_process_that_stands_still_while_it_begins_an_image_stops_nobody_who_opens_another_and_can_be_given_up()
    {
        await using var place = new Place();
        var (source, other) = (await place.SourceAsync(DirectoryTests.Random(Length, 5)), await place.SourceAsync(DirectoryTests.Random(Length, 6)));
        await using var cache = await place.OpenAsync();
        await (await cache.OpenAsync(source)).DisposeAsync();
        using var standing = HostDisk.Real.Open(Path.Combine(place.Folder, place.Entries.Single(), "lock"));
        Assert.IsTrue(LinuxCalls.TryLockRange(standing, 0, 1));
        using var ending = new CancellationTokenSource();
        var patience = TimeSpan.FromSeconds(60);
        var opening = (await Task.Run(() => new[] { cache.OpenAsync(source, cancellationToken: ending.Token) }).WaitAsync(patience))[0];
        Assert.IsFalse(opening.IsCompleted);
        await (await Task.Run(() => cache.OpenAsync(other)).WaitAsync(patience)).DisposeAsync();
        await ending.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => opening.WaitAsync(patience));
        LinuxCalls.UnlockRange(standing, 0, 1);
        await (await cache.OpenAsync(source)).DisposeAsync();
    }

    [TestMethod]
    public async Task A_process_that_stands_still_with_a_chunk_keeps_no_guest_from_reading_it_and_spoils_no_file()
    {
        const int Held = 2;
        await using var place = new Place();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var (bytes, found, clock) = (DirectoryTests.Random(Length, 5), new byte[Length], new FakeTimeProvider());
        var source = await place.SourceAsync(bytes);
        await using var cache = await place.OpenAsync(options => options with { Time = clock, ReverifyAfter = TimeSpan.FromDays(3650) });
        await using var image = await cache.OpenAsync(source);
        using var standing = HostDisk.Real.Open(Path.Combine(place.Folder, place.Entries.Single(), "journal"));
        Assert.IsTrue(LinuxCalls.TryLockRange(standing, 1 + Held, 1));
        await PassAsync(clock, image.ReadAtAsync(0, found, patience.Token).AsTask());
        CollectionAssert.AreEqual(bytes, found);

        // It was waited for once: this is read while the clock stands, and kept it is not.
        var (reads, piece) = (place.Driver.Reads, new byte[100]);
        Assert.AreEqual(100, await image.ReadAtAsync(Held * ChunkBytes, piece, patience.Token));
        Assert.IsTrue(bytes.AsSpan(Held * ChunkBytes, 100).SequenceEqual(piece));
        Assert.AreEqual(reads + 1, place.Driver.Reads);

        var ensuring = cache.EnsureAsync(source, cancellationToken: patience.Token);
        for (var i = 0; i < 100; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.IsFalse(ensuring.IsCompleted);
        LinuxCalls.UnlockRange(standing, 1 + Held, 1);
        await PassAsync(clock, ensuring);
        await using var file = await ensuring;
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync(file.Path));
        await SameAsync(bytes, image);
        Assert.AreEqual(reads + 2, place.Driver.Reads);
    }

    [TestMethod]
    public async Task Images_that_are_removed_by_one_while_another_opens_them_are_never_refused()
    {
        await using var place = new Place();
        var source = await place.SourceAsync(DirectoryTests.Random(ChunkBytes, 5));
        await using var cache = await place.OpenAsync();
        await using var other = await place.OpenAsync();
        using var ending = new CancellationTokenSource();
        var removing = Task.Run(async () =>
        {
            while (!ending.IsCancellationRequested)
            {
                await other.EvictAsync(0);
            }
        });
        for (var i = 0; i < 500; i++)
        {
            await (await cache.OpenAsync(source)).DisposeAsync();
        }

        await ending.CancelAsync();
        await removing;
    }

    // Time goes by until something has ended.
    private static async Task PassAsync(FakeTimeProvider clock, Task task)
    {
        while (!task.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await task;
    }

    private static async Task<AdoptedFile> FirstAsync(IAsyncEnumerable<AdoptedFile> files)
    {
        await foreach (var file in files)
        {
            return file;
        }

        throw new AssertFailedException("Nothing was told.");
    }

    // Something happens whenever bytes of it are read.
    private sealed class HookedOrigin(byte[] bytes, Func<Task> hook) : IOrigin
    {
        public Task<Stream> OpenAsync(long offset, long length, CancellationToken cancellationToken) =>
            Task.FromResult<Stream>(new HookedStream(bytes.AsSpan((int)offset, (int)length).ToArray(), hook));

        public ValueTask<bool> IsHoleAsync(long offset, long length, CancellationToken cancellationToken) => ValueTask.FromResult(false);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class HookedStream(byte[] bytes, Func<Task> hook) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await hook();
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }

    // Somebody looks at the places after he has looked for the whole image.
    private sealed class Places(IReadOnlyList<ImageLocation> places, Action first) : IReadOnlyList<ImageLocation>
    {
        private Action? _first = first;

        public int Count => places.Count;

        public ImageLocation this[int index] => places[index];

        public IEnumerator<ImageLocation> GetEnumerator()
        {
            Interlocked.Exchange(ref _first, null)?.Invoke();
            return places.GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
