namespace GlanceStore.Conformance;

/// <summary>Which calls of a <see cref="FaultyDriver"/> go wrong, and how; and the record of the calls that were made.</summary>
/// <remarks>
/// A scripted plan names its faults: <c>plan.On(DriverCall.WriteChunk, nth: 2).FailTransiently()</c>. A seeded plan draws them. End a
/// test with <see cref="AssertAllFired"/>: a planned fault that never fired proves nothing.
/// </remarks>
public sealed class FaultPlan
{
    private readonly Lock _lock = new();
    private readonly List<FaultSpot> _spots = [];
    private readonly List<DriverCall> _calls = [];
    private readonly Random? _random;
    private readonly double _rate;

    /// <summary>Makes a plan without faults, to be scripted.</summary>
    public FaultPlan()
    {
    }

    private FaultPlan(int seed, double rate) => (_random, _rate) = (new Random(seed), rate);

    /// <summary>The calls made so far, in order.</summary>
    public IReadOnlyList<DriverCall> Calls
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    /// <summary>Whether every scripted fault has fired.</summary>
    public bool AllFired
    {
        get
        {
            lock (_lock)
            {
                return _spots.TrueForAll(spot => spot.HasFired);
            }
        }
    }

    /// <summary>A plan in which calls fail for a passing reason, lose their reply or read short, as the seed decides.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="rate">The part of calls that go wrong, from 0 to 1.</param>
    public static FaultPlan Seeded(int seed, double rate)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rate);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rate, 1);
        return new FaultPlan(seed, rate);
    }

    /// <summary>The <paramref name="nth"/> call of a kind, counted from 1.</summary>
    public FaultSpot On(DriverCall call, int nth = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nth, 1);
        return Add(new FaultSpot($"{call} number {nth}", (made, _, ofKind) => made == call && ofKind == nth));
    }

    /// <summary>Every call of a kind.</summary>
    public FaultSpot OnEach(DriverCall call) => Add(new FaultSpot($"each {call}", (made, _, _) => made == call));

    /// <summary>The <paramref name="step"/>-th call of any kind, counted from 1.</summary>
    public FaultSpot AtStep(int step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        return Add(new FaultSpot($"step {step}", (_, all, _) => all == step));
    }

    /// <summary>Fails the test where a scripted fault has not fired.</summary>
    public void AssertAllFired()
    {
        lock (_lock)
        {
            var missed = _spots.Where(spot => !spot.HasFired).Select(spot => spot.Name).ToArray();
            Assert.IsEmpty(missed, $"Planned faults never fired: {string.Join(", ", missed)}; calls made: {string.Join(", ", _calls)}.");
        }
    }

    internal FaultSpot Enter(DriverCall call)
    {
        lock (_lock)
        {
            _calls.Add(call);
            var ofKind = _calls.Count(made => made == call);
            return _spots.Find(spot => spot.IsAt(call, _calls.Count, ofKind)) ?? Draw(call);
        }
    }

    private FaultSpot Add(FaultSpot spot)
    {
        lock (_lock)
        {
            _spots.Add(spot);
        }

        return spot;
    }

    private FaultSpot Draw(DriverCall call)
    {
        var spot = new FaultSpot(call.ToString(), (_, _, _) => true);
        if (_random is null || _random.NextDouble() >= _rate)
        {
            return spot;
        }

        return _random.Next(call == DriverCall.Read ? 3 : 2) switch
        {
            0 => spot.FailTransiently(),
            1 => spot.LoseReply(),
            _ => spot.ShortRead(),
        };
    }
}
