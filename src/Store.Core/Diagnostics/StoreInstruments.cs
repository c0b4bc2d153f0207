using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace GlanceStore.Diagnostics;

/// <summary>The names under which GlanceStore is traced and measured.</summary>
/// <remarks>
/// <para>Traces: one activity an operation, <c>glancestore.put</c>, <c>.read</c> (until its stream is disposed), <c>.find</c>, <c>.delete</c>, <c>.copy</c> (by the backend itself), with <c>glancestore.store</c>,
/// <c>glancestore.location</c> and, where it failed, <c>error.type</c> (a <see cref="StoreError"/>). An image that is not there is no error.</para>
/// <para>Instruments, all tagged <c>glancestore.store</c> except the last:</para>
/// <list type="table">
/// <item><term><c>glancestore.operation.duration</c></term><description>histogram, s; <c>glancestore.operation</c>, <c>error.type</c></description></item>
/// <item><term><c>glancestore.transfer.io</c></term><description>counter, By; <c>glancestore.direction</c> = <c>write</c> or <c>read</c></description></item>
/// <item><term><c>glancestore.retries</c></term><description>counter, {retry}; <c>error.type</c></description></item>
/// <item><term><c>glancestore.hedges</c></term><description>counter, {hedge}: pieces asked for a second time, by the store that was asked</description></item>
/// <item><term><c>glancestore.verification.failures</c></term><description>counter, {failure}</description></item>
/// <item><term><c>glancestore.scrub.images</c></term><description>counter; <c>glancestore.scrub.outcome</c> (a <see cref="ScrubOutcome"/>)</description></item>
/// <item><term><c>glancestore.buffer.used</c></term><description>up-down counter, By: room taken in all budgets</description></item>
/// </list>
/// </remarks>
public static class StoreInstruments
{
    /// <summary>The name of the <see cref="ActivitySource"/> and of the <see cref="Meter"/>: <c>GlanceStore</c>.</summary>
    public const string Name = "GlanceStore";

    internal static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    internal static readonly Histogram<double> Duration =
        Meter.CreateHistogram<double>("glancestore.operation.duration", "s", "How long operations take.");

    internal static readonly Counter<long> Transferred =
        Meter.CreateCounter<long>("glancestore.transfer.io", "By", "Image bytes moved to and from backends.");

    internal static readonly Counter<long> Retries =
        Meter.CreateCounter<long>("glancestore.retries", "{retry}", "Steps made again after a passing failure.");

    internal static readonly Counter<long> Hedges =
        Meter.CreateCounter<long>("glancestore.hedges", "{hedge}", "Late pieces asked for a second time.");

    internal static readonly Counter<long> VerificationFailures =
        Meter.CreateCounter<long>("glancestore.verification.failures", "{failure}", "Bytes that were not the expected ones.");

    internal static readonly Counter<long> Scrubbed =
        Meter.CreateCounter<long>("glancestore.scrub.images", "{image}", "Stored images compared with their receipts, by outcome.");

    internal static readonly UpDownCounter<long> BuffersUsed =
        Meter.CreateUpDownCounter<long>("glancestore.buffer.used", "By", "Room taken in the transfer budgets.");
}
