namespace GlanceStore.Drivers.File.Tests;

[TestClass]
public sealed class ErrorTests
{
    [TestMethod]
    [DataRow(1, StoreError.AccessDenied, false)]
    [DataRow(2, StoreError.NotFound, false)]
    [DataRow(4, StoreError.Unavailable, true)]
    [DataRow(5, StoreError.Unavailable, false)]
    [DataRow(11, StoreError.Unavailable, true)]
    [DataRow(12, StoreError.Unavailable, true)]
    [DataRow(13, StoreError.AccessDenied, false)]
    [DataRow(16, StoreError.Unavailable, true)]
    [DataRow(17, StoreError.AlreadyExists, false)]
    [DataRow(20, StoreError.NotFound, false)]
    [DataRow(21, StoreError.InvalidLocation, false)]
    [DataRow(23, StoreError.Unavailable, true)]
    [DataRow(24, StoreError.Unavailable, true)]
    [DataRow(27, StoreError.TooLarge, false)]
    [DataRow(28, StoreError.OutOfSpace, false)]
    [DataRow(30, StoreError.AccessDenied, false)]
    [DataRow(36, StoreError.InvalidLocation, false)]
    [DataRow(40, StoreError.InvalidLocation, false)]
    [DataRow(110, StoreError.Unavailable, true)]
    [DataRow(112, StoreError.Unavailable, true)]
    [DataRow(116, StoreError.Unavailable, true)]
    [DataRow(122, StoreError.OutOfSpace, false)]
    [DataRow(71, StoreError.Unavailable, false)]
    public void Number_of_the_operating_system_has_one_meaning(int errno, StoreError expected, bool isTransient)
    {
        StoreException[] errors =
        [
            FileErrors.From(errno, "write to /srv/x"),
            FileErrors.From(new IOException("…", errno), "write to /srv/x")!,
        ];

        foreach (var error in errors)
        {
            Assert.AreEqual(expected, error.Error);
            Assert.AreEqual(isTransient, error.IsTransient);
            Assert.IsNotNull(error.InnerException);
            StringAssert.StartsWith(error.Message, "Cannot write to /srv/x: ");
        }
    }

    [TestMethod]
    public void Exception_of_the_runtime_has_the_meaning_of_its_number()
    {
        (Exception Exception, StoreError Expected)[] table =
        [
            (new FileNotFoundException(), StoreError.NotFound),
            (new DirectoryNotFoundException(), StoreError.NotFound),
            (new PathTooLongException(), StoreError.InvalidLocation),
            (new UnauthorizedAccessException(), StoreError.AccessDenied),
            (new UnauthorizedAccessException("…", new IOException("…", 30)), StoreError.AccessDenied),
            (new ArgumentOutOfRangeException("value"), StoreError.TooLarge),
            (new IOException("…", unchecked((int)0x80070070)), StoreError.OutOfSpace),
            (new IOException("…", unchecked((int)0x800700B7)), StoreError.AlreadyExists),
            (new IOException("…"), StoreError.Unavailable),
        ];

        foreach (var (exception, expected) in table)
        {
            Assert.AreEqual(expected, FileErrors.From(exception, "write")?.Error, exception.ToString());
        }
    }

    [TestMethod]
    public void Cancellation_mapped_errors_and_faults_of_our_own_pass_through()
    {
        Assert.IsNull(FileErrors.From(new OperationCanceledException(), "write"));
        Assert.IsNull(FileErrors.From(new StoreException(StoreError.NotFound, "…"), "write"));
        Assert.IsNull(FileErrors.From(new InvalidOperationException(), "write"));
    }

    [TestMethod]
    public async Task Write_beyond_what_the_file_system_takes_is_TooLarge()
    {
        using var store = new TestStore();
        await using var writer = await store.Driver.OpenWriteAsync(new ImageId("x"), new WriteIntent(WriteMode.CreateNew, null), default);

        // The last byte a 64-bit offset can name; no file system of ours goes that far.
        await TestStore.Fails(StoreError.TooLarge, () => writer.WriteChunkAsync(new Chunk(0, long.MaxValue - 10, new byte[5], 0, true), default).AsTask());
    }
}
