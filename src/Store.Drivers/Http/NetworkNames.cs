using System.Collections.Frozen;
using System.Net;

namespace GlanceStore.Drivers.Http;

/// <summary>Networks as an operator writes them: <c>10.0.0.0/8</c>, an address, or a name of the IANA special-purpose registries.</summary>
internal static class NetworkNames
{
    public const string Expected = "a network such as '10.0.0.0/8', an address, or one of "
        + "loopback, link-local, private, multicast, unspecified, reserved and metadata";

    private static readonly FrozenDictionary<string, IPNetwork[]> Named = new Dictionary<string, IPNetwork[]>
    {
        ["loopback"] = Networks("127.0.0.0/8", "::1/128"),
        ["link-local"] = Networks("169.254.0.0/16", "fe80::/10"),
        ["private"] = Networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fec0::/10"),
        ["multicast"] = Networks("224.0.0.0/4", "ff00::/8"),
        ["unspecified"] = Networks("0.0.0.0/8", "::/128"),

        // 240/4 with the broadcast address, Teredo and local NAT64, which both wrap an IPv4 address that cannot be judged.
        ["reserved"] = Networks("240.0.0.0/4", "2001::/32", "64:ff9b:1::/48"),

        // Amazon, Google, Azure, OpenStack and most others; Amazon's containers; Azure's host; Alibaba; Oracle; Amazon and Google on IPv6.
        ["metadata"] = Networks(
            "169.254.169.254/32", "169.254.170.2/32", "169.254.170.23/32", "168.63.129.16/32", "100.100.100.200/32", "192.0.0.192/32",
            "fd00:ec2::254/128", "fd00:ec2::23/128", "fd20:ce::254/128"),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyList<IPNetwork> Metadata => Named["metadata"];

    /// <summary>What is refused unless it is allowed: everything named, but not private networks, where most images are.</summary>
    public static IReadOnlyList<IPNetwork> RefusedByDefault { get; } =
        [.. Named.Where(entry => entry.Key != "private").SelectMany(entry => entry.Value)];

    public static bool IsValid(string text) => Parse(text).Length > 0;

    /// <summary>The networks that an entry means; none where it is malformed.</summary>
    public static IPNetwork[] Parse(string text)
    {
        if (Named.TryGetValue(text, out var named))
        {
            return named;
        }

        if (IPAddress.TryParse(text, out var address))
        {
            return [new IPNetwork(address, address.GetAddressBytes().Length * 8)];
        }

        return IPNetwork.TryParse(text, out var network) ? [network] : [];
    }

    private static IPNetwork[] Networks(params string[] texts) => [.. texts.Select(IPNetwork.Parse)];
}
