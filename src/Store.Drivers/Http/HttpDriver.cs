using System.Net;
using System.Net.Http.Headers;
using GlanceStore.Drivers.Shared;

namespace GlanceStore.Drivers.Http;

/// <summary>Reads images from HTTP and HTTPS servers, which it does not trust. It stores and deletes nothing.</summary>
public sealed partial class HttpDriver : StoreDriver
{
    private readonly HttpDriverOptions _options;
    private readonly TimeProvider _time;
    private readonly HostRules _rules;
    private readonly HttpMessageInvoker _invoker;
    private readonly HttpRequests _requests;

    /// <summary>Makes a driver with a connection pool of its own.</summary>
    /// <param name="options">Its settings; null for the defaults.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidConfiguration"/>: the options are wrong; every mistake is listed.</exception>
    public HttpDriver(HttpDriverOptions? options = null, TimeProvider? time = null)
        : this(options ?? new HttpDriverOptions(), time ?? TimeProvider.System, Dns.GetHostAddressesAsync)
    {
    }

    internal HttpDriver(HttpDriverOptions options, TimeProvider time, HostResolver resolve)
    {
        if (options.Mistakes() is { Count: > 0 } mistakes)
        {
            throw new StoreException(StoreError.InvalidConfiguration, $"An HTTP store cannot be made: {string.Join("; ", mistakes)}.");
        }

        var guard = new AddressGuard(options);
        var proxy = SchemeProxy.Of(options);
        _options = options;
        _time = time;
        _rules = new HostRules(options, guard, proxy);
        _invoker = new HttpMessageInvoker(HttpConnections.Create(options, guard, proxy, resolve));
        _requests = new HttpRequests(options, _invoker, _rules);
    }

    /// <inheritdoc/>
    public override DriverInfo Info { get; } = new("http", ["http", "https"], new DriverCapabilities
    {
        CanWrite = false,
        CanDelete = false,

        // One request for a whole image: a server without ranges serves that, and where a range is needed after all its answer decides.
        MaxParallelChunks = 1,
    });

    /// <inheritdoc/>
    public override ImageLocation LocationOf(ImageId id) => _options.BaseUrl is { } url
        ? new ImageLocation($"{url.TrimEnd('/')}/{id.Value}", null)
        : throw new StoreException(StoreError.Unsupported,
            "An HTTP store only reads, and it names images by their URL; for images named by their id, set 'BaseUrl'.");

    /// <inheritdoc/>
    public override ImageLocation ParseLocation(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (!HttpLocation.TryParse(uri, out var bare, out var secret))
        {
            throw new StoreException(StoreError.InvalidLocation, $"A location of an HTTP store is {HttpLocation.Form}, and the one given is not.");
        }

        var location = new ImageLocation(bare, null) { Secret = secret };
        _rules.Check(HttpLocation.UrlOf(location), location);
        return location;
    }

    /// <inheritdoc/>
    public override async ValueTask<StoredObject?> FindAsync(ImageLocation location, CancellationToken cancellationToken)
    {
        using var clock = new AnswerClock(location, _options.TotalTimeout, _time);
        return await clock.RunAsync(token => LookAsync(location, token), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<DriverReader> OpenReadAsync(ImageLocation location, ReadIntent intent, CancellationToken cancellationToken)
    {
        var clock = new AnswerClock(location, _options.TotalTimeout, _time);
        try
        {
            return await clock.RunAsync(token => OpenAsync(location, intent, clock, token), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            clock.Dispose();
            throw;
        }
    }

    /// <summary>Refuses: the store is read-only, and the front never asks.</summary>
    public override ValueTask<DriverWriter> OpenWriteAsync(ImageId id, WriteIntent intent, CancellationToken cancellationToken) => throw ReadOnly();

    /// <summary>Refuses: the store is read-only, and the front never asks.</summary>
    public override ValueTask<bool> DeleteAsync(ImageLocation location, DeleteIntent intent, CancellationToken cancellationToken) => throw ReadOnly();

    /// <summary>Closes all connections.</summary>
    public override ValueTask DisposeAsync()
    {
        _invoker.Dispose();
        return base.DisposeAsync();
    }

    private static StoreException ReadOnly() => new(StoreError.Unsupported, "An HTTP store only reads.");
}
