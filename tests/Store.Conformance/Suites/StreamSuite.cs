namespace GlanceStore.Conformance;

/// <summary>What a read returns is a stream like any other, in every form of reading.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class StreamSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    /// <summary>The forms of reading a stream has.</summary>
    public static IEnumerable<object[]> Forms => Enum.GetValues<ReadForm>().Select(form => new object[] { form });

    [TestMethod]
    [DynamicData(nameof(Forms))]
    public async Task Every_form_of_reading_gives_the_same_bytes(ReadForm form)
    {
        var image = await SeedImageAsync(Chunks(2, 77));
        foreach (var options in new[] { null, Verified(image) })
        {
            await using var stream = await Store.OpenReadAsync(LocationOf(image), options, Cancellation);
            AssertSame(image.Bytes, await form.ReadToEndAsync(stream, 1000), $"{form}.");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Forms))]
    public async Task Every_form_of_reading_refuses_a_corrupted_chunk(ReadForm form)
    {
        var image = await SeedImageAsync(Chunks(2));
        var options = Verified(NewImage(image.Length));
        await using var stream = await Store.OpenReadAsync(LocationOf(image), options, Cancellation);
        await AssertFailsAsync(StoreError.Corrupted, () => form.ReadToEndAsync(stream, 1000));
    }

    [TestMethod]
    public async Task A_read_stream_cannot_be_written()
    {
        var image = await SeedImageAsync(10);
        await using Stream stream = await Store.OpenReadAsync(LocationOf(image), null, Cancellation);
        Assert.IsTrue(stream.CanRead);
        Assert.IsFalse(stream.CanWrite);
        Assert.ThrowsExactly<NotSupportedException>(() => stream.Write([1], 0, 1));
        Assert.ThrowsExactly<NotSupportedException>(() => stream.SetLength(1));
        await stream.FlushAsync(Cancellation);
    }

    [TestMethod]
    public Task Length_and_position_tell_where_a_stream_stands() => WhereItReadsRanges(async () =>
    {
        var image = await SeedImageAsync(Chunks(1, 5));
        await using var stream = await Store.OpenReadAsync(LocationOf(image), null, Cancellation);
        Assert.AreEqual(image.Length, stream.Length);
        Assert.AreEqual(0, stream.Position);
        await stream.ReadExactlyAsync(new byte[100], Cancellation);
        Assert.AreEqual(100, stream.Position);
        await stream.CopyToAsync(Stream.Null, Cancellation);
        Assert.AreEqual(image.Length, stream.Position);
    });

    [TestMethod]
    public async Task A_read_of_no_bytes_reads_none_and_is_not_the_end()
    {
        var image = await SeedImageAsync(100);
        await using var stream = await Store.OpenReadAsync(LocationOf(image), Verified(image), Cancellation);
        Assert.AreEqual(0, await stream.ReadAsync(Memory<byte>.Empty, Cancellation));
        Assert.AreEqual(0, stream.Read([], 0, 0));
        AssertSame(image.Bytes, await ReadToEndAsync(stream));
    }

    [TestMethod]
    public async Task The_end_is_the_end_at_every_further_read()
    {
        var image = await SeedImageAsync(100);
        await using var stream = await Store.OpenReadAsync(LocationOf(image), Verified(image), Cancellation);
        await ReadToEndAsync(stream);
        Assert.AreEqual(0, await stream.ReadAsync(new byte[10], Cancellation));
        Assert.AreEqual(-1, stream.ReadByte());
    }

    [TestMethod]
    public async Task A_disposed_stream_cannot_be_read()
    {
        var image = await SeedImageAsync(Chunks(2));
        var stream = await Store.OpenReadAsync(LocationOf(image), null, Cancellation);
        await stream.ReadExactlyAsync(new byte[10], Cancellation);
        await stream.DisposeAsync();
        await stream.DisposeAsync();
        Assert.IsFalse(stream.CanRead);
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(async () => _ = await stream.ReadAsync(new byte[1], Cancellation));
        Assert.ThrowsExactly<ObjectDisposedException>(() => stream.ReadByte());
    }

    [TestMethod]
    public async Task A_stream_can_be_let_go_before_its_end()
    {
        var image = await SeedImageAsync(Chunks(6));
        await using (var stream = await Store.OpenReadAsync(LocationOf(image), Verified(image), Cancellation))
        {
            await stream.ReadExactlyAsync(new byte[10], Cancellation);
        }

        using (var stream = await Store.OpenReadAsync(LocationOf(image), Verified(image), Cancellation))
        {
            Assert.AreEqual(image.Bytes[0], (byte)stream.ReadByte());
        }

        Assert.AreEqual(0, Budget.UsedBytes, "A stream that was disposed holds no buffer.");
    }

    [TestMethod]
    public async Task A_wrong_buffer_is_a_mistake_of_the_caller()
    {
        var image = await SeedImageAsync(10);
        await using var stream = await Store.OpenReadAsync(LocationOf(image), null, Cancellation);
        Assert.ThrowsExactly<ArgumentNullException>(() => stream.Read(null!, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Read(new byte[5], 3, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Read(new byte[5], -1, 3));
    }
}
