using System.Diagnostics;
using System.Diagnostics.Metrics;
using GlanceStore.Diagnostics;
using GlanceStore.Drivers.Memory;

namespace GlanceStore.Core.Tests.Diagnostics;

[TestClass]
public sealed class TelemetryTests
{
    private readonly string _id = $"store-{Guid.NewGuid():N}";

    [TestMethod]
    public async Task Every_operation_is_an_activity_with_its_store_and_location()
    {
        var seen = new List<Activity>();
        using var listener = Listen(seen);
        await UseAsync();
        CollectionAssert.AreEqual(
            new[] { "glancestore.put", "glancestore.find", "glancestore.read", "glancestore.delete", "glancestore.read" },
            seen.Select(activity => activity.OperationName).ToArray());
        Assert.AreEqual("memory://images/a", seen[0].GetTagItem("glancestore.location"));
        Assert.AreEqual(ActivityStatusCode.Unset, seen[^1].Status, "an image that is not there is no error");
    }

    [TestMethod]
    public async Task A_read_whose_body_is_corrupted_is_traced_as_an_error_and_ends_with_its_stream()
    {
        var seen = new List<Activity>();
        using var listener = Listen(seen);
        var storage = new MemoryStorage();
        await using var store = new ImageStore(_id, new MemoryDriver(new MemoryDriverOptions { Storage = storage }));
        var receipt = await store.PutAsync(new ImageId("a"), new MemoryStream(new byte[1000]));
        storage.Corrupt("a", 7);
        using var mine = new Activity("mine").Start();
        var stream = await store.OpenReadAsync(receipt.Location, ReadOptions.Verify(receipt));
        Assert.HasCount(1, seen, "only the put has ended");
        await Assert.ThrowsExactlyAsync<StoreException>(() => stream.CopyToAsync(Stream.Null));
        await stream.DisposeAsync();
        Assert.AreSame(mine, Activity.Current);
        Assert.AreEqual((ActivityStatusCode.Error, "Corrupted"), (seen[^1].Status, seen[^1].GetTagItem("error.type")));
    }

    [TestMethod]
    public async Task Bytes_and_durations_are_measured_under_their_documented_names()
    {
        var written = 0L;
        var read = 0L;
        var operations = new List<string?>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == StoreInstruments.Name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (instrument.Name == "glancestore.transfer.io" && Tag(tags, "glancestore.store") == _id)
            {
                Interlocked.Add(ref Tag(tags, "glancestore.direction") == "write" ? ref written : ref read, value);
            }
        });
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) =>
        {
            if (instrument is { Name: "glancestore.operation.duration", Unit: "s" } && Tag(tags, "glancestore.store") == _id)
            {
                operations.Add(Tag(tags, "glancestore.operation"));
            }
        });
        listener.Start();
        await UseAsync();
        Assert.AreEqual((1000L, 1000L), (written, read));
        CollectionAssert.AreEqual(new[] { "put", "find", "read", "delete", "read" }, operations);
    }

    [TestMethod]
    public async Task A_put_whose_source_fails_is_not_measured_as_a_success()
    {
        var errors = new List<string?>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == StoreInstruments.Name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => errors.AddRange(Tag(tags, "glancestore.store") == _id ? [Tag(tags, "error.type")] : []));
        listener.Start();
        await using var store = new ImageStore(_id, new MemoryDriver());
        var source = new Pipe(1_000_000) { FailsAt = 500_000, Failure = new InvalidDataException("The source is broken.") };
        await Assert.ThrowsExactlyAsync<InvalidDataException>(() => store.PutAsync(new ImageId("a"), source));
        CollectionAssert.AreEqual(new[] { nameof(InvalidDataException) }, errors);
    }

    private ActivityListener Listen(List<Activity> seen)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == StoreInstruments.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.GetTagItem("glancestore.store") as string == _id)
                {
                    lock (seen)
                    {
                        seen.Add(activity);
                    }
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private async Task UseAsync()
    {
        await using var store = new ImageStore(_id, new MemoryDriver());
        var receipt = await store.PutAsync(new ImageId("a"), new MemoryStream(new byte[1000]));
        await store.FindAsync(receipt.Location);
        await using (var stream = await store.OpenReadAsync(receipt.Location))
        {
            await stream.CopyToAsync(Stream.Null);
        }

        await store.DeleteAsync(receipt.Location);
        await Assert.ThrowsExactlyAsync<StoreException>(() => store.OpenReadAsync(receipt.Location));
    }

    private static string? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == name)
            {
                return tag.Value as string;
            }
        }

        return null;
    }
}
