namespace GlanceStore.Drivers.Rbd;

public sealed partial record RbdDriverOptions
{
    internal static RbdDriverOptions From(DriverSettings settings)
    {
        var defaults = new RbdDriverOptions();
        return new RbdDriverOptions
        {
            Pool = settings.Text(nameof(Pool)) ?? defaults.Pool,
            User = Filled(settings, nameof(User)),
            CephConf = Filled(settings, nameof(CephConf)),
            DataPool = Filled(settings, nameof(DataPool)),
            ObjectBytes = (int)settings.Number(nameof(ObjectBytes), defaults.ObjectBytes, FewestObjectBytes, MostObjectBytes),
            ThinProvisioning = settings.Flag(nameof(ThinProvisioning), defaults.ThinProvisioning),
            ConnectTimeout = settings.Span(nameof(ConnectTimeout), defaults.ConnectTimeout),
            OperationTimeout = settings.Span(nameof(OperationTimeout), defaults.OperationTimeout),
        };
    }

    private static string? Filled(DriverSettings settings, string name) => settings.Text(name) is { Length: > 0 } text ? text : null;
}
