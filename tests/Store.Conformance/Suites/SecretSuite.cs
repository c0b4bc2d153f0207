using System.Text.Json;

namespace GlanceStore.Conformance;

/// <summary>No secret is seen again: not in a location, an error, a log line, a trace or a text.</summary>
/// <typeparam name="THarness">The author's harness.</typeparam>
public abstract class SecretSuite<THarness> : DriverSuite<THarness> where THarness : DriverHarness, new()
{
    [TestMethod]
    public void A_location_keeps_the_secret_it_was_parsed_with_to_itself()
    {
        var location = Secretive() ?? Store.LocationOf(NewId());
        Assert.AreEqual(Harness.LocationWithSecret(NewId()) is not null, location.Secret is not null, "The driver needs it, where there is one.");
        AssertKept(location.ToString(), location.Uri, JsonSerializer.Serialize(location, LocationJson.Default.ImageLocation), location.Secret?.ToString());
        Assert.AreEqual(location, location with { Secret = null }, "A secret is no part of what a location is.");
    }

    [TestMethod]
    public async Task Errors_logs_and_traces_of_a_location_with_a_secret_do_not_tell_it()
    {
        var location = Secretive() ?? Store.LocationOf(NewId());
        using var listener = new Eavesdropper();
        foreach (var code in new[] { StoreError.AccessDenied, StoreError.Unavailable })
        {
            var plan = new FaultPlan();
            plan.OnEach(DriverCall.Find).Fail(code);
            plan.OnEach(DriverCall.OpenRead).FailTransiently(code);
            await using var store = await NewStoreAsync(plan, listener);
            var errors = new[]
            {
                await ErrorOfAsync(() => store.FindAsync(location, Cancellation)),
                await ErrorOfAsync(() => store.OpenReadAsync(location, null, Cancellation)),
            };
            AssertKept([.. errors.Select(error => error!.ToString())]);
        }

        AssertKept([.. listener.Heard]);
    }

    [TestMethod]
    public async Task What_the_driver_itself_says_of_a_location_with_a_secret_does_not_tell_it()
    {
        var location = Secretive() ?? Store.LocationOf(NewId());
        using var listener = new Eavesdropper();
        await using var store = await NewStoreAsync(new FaultPlan(), listener);
        var error = await ErrorOfAsync(() => store.OpenReadAsync(location, null, Cancellation));
        AssertKept(error!.ToString());
        AssertKept([.. listener.Heard]);
    }

    [TestMethod]
    public void A_malformed_location_with_a_secret_is_refused_without_telling_it()
    {
        var uri = Harness.LocationWithSecret(NewId()) ?? $"{Driver.Info.Type}://user:{DriverHarness.CanarySecret}@host/a/b/c";
        foreach (var broken in new[] { uri, uri + "\n", uri + "/../../../etc", uri.Replace("@", "@@", StringComparison.Ordinal), "x" + uri })
        {
            AssertKept(Told(() => Store.ParseLocation(broken)), Told(() => new ImageLocation(broken, null)));
        }
    }

    [TestMethod]
    public Task The_secrets_of_the_options_are_not_told() => WhereItWrites(async () =>
    {
        using var listener = new Eavesdropper();
        await using var store = await NewStoreAsync(new FaultPlan(), listener);
        var image = NewImage(Chunks(2));
        var receipt = await store.PutAsync(image.Id, image.OpenSource(), new PutOptions { ExpectedSize = image.Length }, Cancellation);
        var taken = await ErrorOfAsync(() => store.PutAsync(image.Id, image.OpenSource(), new PutOptions { ExpectedSize = image.Length }, Cancellation));
        AssertKept(receipt.ToJson(), receipt.ToString(), taken!.ToString(), Driver.ToString()!, Driver.Info.ToString(), store.ToString()!);
        AssertKept([.. listener.Heard]);
    });

    private ImageLocation? Secretive() => Harness.LocationWithSecret(NewId()) is { } uri ? Store.ParseLocation(uri) : null;

    private async Task<ImageStore> NewStoreAsync(FaultPlan plan, Eavesdropper listener) =>
        new("conformance", new FaultyDriver(await Harness.CreateDriverAsync(), plan), Options, Budget, listener);

    private static string Told(Func<ImageLocation> parse)
    {
        try
        {
            return parse().ToString();
        }
        catch (Exception e) when (e is StoreException or ArgumentException)
        {
            return e.ToString();
        }
    }

    private void AssertKept(params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            foreach (var secret in Harness.SecretsInOptions.Append(DriverHarness.CanarySecret))
            {
                Assert.IsFalse(text?.Contains(secret, StringComparison.Ordinal) ?? false, $"A secret is told in: {text}");
            }
        }
    }
}
