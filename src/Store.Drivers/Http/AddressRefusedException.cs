namespace GlanceStore.Drivers.Http;

/// <summary>Carries the guard's refusal out of the connection pool, which wraps whatever a connection attempt throws.</summary>
internal sealed class AddressRefusedException(string message) : IOException(message);
