namespace GlanceStore.Conformance;

public abstract partial class DriverSuite<THarness>
{
    // Far more calls than any case makes: a loop that gets here never ends by itself.
    private const int MostSteps = 1000;

    /// <summary>Runs a case with a fault at the first call, at the second, at the third … until the case ends before it gets there.</summary>
    /// <param name="fault">What goes wrong at the step.</param>
    /// <param name="body">The case. Whether the fault has fired, <see cref="FaultSpot.HasFired"/> says.</param>
    protected static Task AtEachStepAsync(Action<FaultSpot> fault, Func<FaultPlan, FaultSpot, string, Task> body) =>
        AtEachAsync((plan, n) => plan.AtStep(n), fault, body);

    /// <summary>As <see cref="AtEachStepAsync"/>, for the calls of one kind.</summary>
    protected static Task AtEachAsync(DriverCall call, Action<FaultSpot> fault, Func<FaultPlan, FaultSpot, string, Task> body) =>
        AtEachAsync((plan, n) => plan.On(call, n), fault, body);

    private static async Task AtEachAsync(
        Func<FaultPlan, int, FaultSpot> place, Action<FaultSpot> fault, Func<FaultPlan, FaultSpot, string, Task> body)
    {
        for (var n = 1; n < MostSteps; n++)
        {
            var plan = new FaultPlan();
            var spot = place(plan, n);
            fault(spot);
            await body(plan, spot, $"With a fault at {spot.Name}.");
            if (!spot.Reached.IsCompleted)
            {
                Assert.IsGreaterThan(1, n, "Not one call was made, so no fault could be.");
                return;
            }
        }

        Assert.Fail($"The case still made calls after {MostSteps} steps.");
    }
}
