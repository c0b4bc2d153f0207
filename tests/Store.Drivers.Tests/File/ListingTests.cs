using static GlanceStore.Drivers.File.Tests.TestStore;

namespace GlanceStore.Drivers.File.Tests;

[TestClass]
public sealed class ListingTests
{
    [TestMethod]
    public async Task Images_are_told_each_once_in_pages_and_nothing_else()
    {
        using var store = new TestStore(root => new FileDriverOptions { Directories = [new($"{root}/a", 2), new($"{root}/b", 1)] });
        foreach (var name in Enumerable.Range(0, 7).Select(i => $"image-{i}"))
        {
            await store.Put(name, Bytes(name.Length));
        }

        System.IO.Directory.CreateDirectory($"{store.Root}/b/folder");
        System.IO.File.WriteAllText($"{store.Root}/b/elsewhere", "there");
        System.IO.File.WriteAllText($"{store.Root}/b/what?", "no location");
        System.IO.File.CreateSymbolicLink($"{store.Root}/b/leads-out", "/etc/hostname");
        await using var writer = await store.Driver.OpenWriteAsync(new ImageId("begun"), new WriteIntent(WriteMode.CreateNew, null) { StaysOpen = true }, default);

        var pages = new List<ListingPage>();
        do
        {
            pages.Add(await store.Driver.ListAsync(new ListingRequest("", pages.LastOrDefault()?.Continuation, 3), default));
        }
        while (pages[^1].Continuation is not null);

        string[] names = [.. pages.SelectMany(page => page.Images).Select(image => image.Name)];
        CollectionAssert.AreEqual(new[] { "elsewhere" }.Concat(Enumerable.Range(0, 7).Select(i => $"image-{i}")).ToArray(), names);
        Assert.AreEqual(writer.Token, Path.GetFileName(pages.SelectMany(page => page.Unfinished).Single().Name));
        foreach (var image in pages.SelectMany(page => page.Images))
        {
            Assert.AreEqual(await store.Driver.FindAsync(image.Stored.Location, default), image.Stored);
        }
    }

    [TestMethod]
    public async Task A_prefix_leaves_out_what_begins_otherwise()
    {
        using var store = new TestStore();
        await store.Put("a-1", Bytes(1));
        await store.Put("b-1", Bytes(1));

        Assert.AreEqual("b-1", (await store.Driver.ListAsync(new ListingRequest("b-"), default)).Images.Single().Name);
    }

    [TestMethod]
    public async Task A_directory_that_is_gone_is_not_an_empty_one()
    {
        using var store = new TestStore(root => new FileDriverOptions { Directory = $"{root}/a" }, isNew: true);
        Assert.IsEmpty((await store.Driver.ListAsync(new ListingRequest(), default)).Images);
        await store.Put("x", Bytes(1));
        System.IO.Directory.Delete($"{store.Root}/a", recursive: true);

        await Fails(StoreError.Unavailable, () => store.Driver.ListAsync(new ListingRequest(), default).AsTask());
    }
}
