using System.Net;

namespace GlanceStore.Drivers.Http;

/// <summary>
/// Judges the address that a connection is about to be made to. A location comes from whoever may write one, so it must not lead into the
/// machine itself or to a cloud's metadata service, however it is spelled and whatever its name resolves to.
/// </summary>
internal sealed class AddressGuard
{
    public const string Refusal = "is at an address that this store may not connect to; 'AllowedNetworks' can permit it";

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");

    private readonly IPNetwork[] _allowed;
    private readonly IPNetwork[] _denied;

    public AddressGuard(HttpDriverOptions options)
    {
        _allowed = [.. options.AllowedNetworks.SelectMany(NetworkNames.Parse)];
        _denied = [.. options.DeniedNetworks.SelectMany(NetworkNames.Parse), .. NetworkNames.RefusedByDefault];
    }

    public bool Permits(IPAddress address)
    {
        var plain = Unwrap(address);
        var allowances = IsMetadata(plain) ? _allowed.Where(network => network.PrefixLength == plain.GetAddressBytes().Length * 8) : _allowed;
        return allowances.Any(network => network.Contains(plain)) || !_denied.Any(network => network.Contains(plain));
    }

    private static bool IsMetadata(IPAddress address) => NetworkNames.Metadata.Any(network => network.Contains(address));

    // IPv6 has several ways to write an IPv4 address, and each of them leads there.
    private static IPAddress Unwrap(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        if (SixToFour.Contains(address))
        {
            return new IPAddress(bytes.AsSpan(2, 4));
        }

        var wraps = Nat64.Contains(address) || (Compatible.Contains(address) && !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.IPv6Any));
        return wraps ? new IPAddress(bytes.AsSpan(12, 4)) : address;
    }
}
