namespace GlanceStore.Conformance;

/// <summary>Ids and locations: every id can be stored, every dialect is read, and nothing leads out of the store.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class LocationSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    private static readonly string[] OddIds =
    [
        "a", "0", "A-b_c.d~e", "a..b", "x.tmp", "x.part", "y-", "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", new('m', ImageId.MaxLength),
    ];

    [TestMethod]
    public async Task A_location_is_of_the_drivers_kind_and_can_be_parsed_again()
    {
        var location = Store.LocationOf(NewId());
        Assert.Contains(location.Scheme, Store.Info.Driver.Schemes);
        Assert.AreEqual(Store.Id, location.StoreId);
        Assert.AreEqual(location, Store.ParseLocation(location.Uri));
        await using var other = NewStore(await Harness.CreateDriverAsync());
        Assert.AreEqual(location, other.ParseLocation(location.Uri), "Another driver of the same settings reads it.");
    }

    [TestMethod]
    public async Task The_location_of_an_id_is_always_the_same()
    {
        var id = NewId();
        await using var other = NewStore(await Harness.CreateDriverAsync());
        Assert.AreEqual(Store.LocationOf(id), Store.LocationOf(id));
        Assert.AreEqual(Store.LocationOf(id), other.LocationOf(id));
    }

    [TestMethod]
    public void Every_id_has_a_location_of_its_own_that_can_be_parsed()
    {
        foreach (var id in OddIds)
        {
            var location = Store.LocationOf(new ImageId(id));
            Assert.AreEqual(location, Store.ParseLocation(location.Uri), $"The id {id}.");
        }

        Assert.HasCount(OddIds.Length, OddIds.Select(id => Store.LocationOf(new ImageId(id))).Distinct());
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(3)]
    public Task An_image_of_any_id_can_be_stored(int chunks) => WhereItWrites(async () =>
    {
        var images = OddIds.Select(id => NewImage(new ImageId(id), Chunks(chunks, 1))).ToArray();
        foreach (var image in images)
        {
            await PutAsync(image);
        }

        foreach (var image in images)
        {
            await AssertStoredAsync(image, $"The id {image.Id}.");
        }
    });

    [TestMethod]
    public async Task A_parsed_location_reads_the_image()
    {
        var image = await SeedImageAsync(Chunks(1, 1));
        var location = Store.ParseLocation(LocationOf(image).Uri);
        await using var stream = await Store.OpenReadAsync(location, null, Cancellation);
        AssertSame(image.Bytes, await ReadToEndAsync(stream));
    }

    [TestMethod]
    public async Task Every_dialect_of_a_location_reads_the_same_image()
    {
        var image = await SeedImageAsync(Chunks(1, 1));
        foreach (var uri in Harness.EquivalentLocations(LocationOf(image)))
        {
            var location = Store.ParseLocation(uri);
            Assert.AreEqual(image.Length, (await Store.FindAsync(location, Cancellation))?.Size, uri);
            await using var stream = await Store.OpenReadAsync(location, null, Cancellation);
            AssertSame(image.Bytes, await ReadToEndAsync(stream), uri);
        }
    }

    [TestMethod]
    public void A_location_of_another_store_is_refused() => AssertRefused(Harness.ForeignLocations);

    [TestMethod]
    public void A_malformed_location_is_refused() => AssertRefused(
    [
        .. Harness.MalformedLocations, "", " ", "images", "/images/a", "://images/a", "unheard-of://host/a", $"{Driver.Info.Type}:a",
    ]);

    [TestMethod]
    public async Task A_location_of_another_kind_of_store_is_refused_before_the_backend_is_touched()
    {
        var plan = new FaultPlan();
        await using var store = await NewStoreAsync(plan);
        var location = new ImageLocation("unheard-of://host/a", null);
        await AssertFailsAsync(StoreError.InvalidLocation, () => store.FindAsync(location, Cancellation));
        await AssertFailsAsync(StoreError.InvalidLocation, () => store.OpenReadAsync(location, null, Cancellation));
        Assert.IsEmpty(plan.Calls);
    }

    private void AssertRefused(IReadOnlyList<string> uris)
    {
        foreach (var uri in uris)
        {
            var error = Assert.ThrowsExactly<StoreException>(() => Store.ParseLocation(uri), $"'{uri}' is not a location of this store.");
            Assert.AreEqual(StoreError.InvalidLocation, error.Error, $"'{uri}': {error.Message}");
        }
    }
}
