using System.Net;

namespace GlanceStore.Drivers.Shared;

/// <summary>
/// Remembers which addresses have failed, so that the next attempt begins with another one. What a resolver prefers is kept to as long as
/// nothing speaks against it.
/// </summary>
internal sealed class AddressBook
{
    // A store talks to a few servers; one that reads from anywhere must not remember the world.
    private const int Most = 1000;

    private readonly Dictionary<IPEndPoint, long> _failures = [];
    private long _count;

    /// <summary>
    /// The addresses in the order to try them: those that have not failed first, of the others the one whose failure is longest ago; else as
    /// they are given, the two families in turns (RFC 8305, 4).
    /// </summary>
    public IPEndPoint[] Order(IReadOnlyList<IPAddress> addresses, int port)
    {
        lock (_failures)
        {
            return [.. InTurns(addresses).Select(address => new IPEndPoint(address, port)).OrderBy(address => _failures.GetValueOrDefault(address))];
        }
    }

    /// <summary>Notes that an address took no connection, or never answered on one.</summary>
    public void Failed(IPEndPoint address)
    {
        lock (_failures)
        {
            if (_failures.Count >= Most)
            {
                _failures.Clear();
            }

            _failures[address] = ++_count;
        }
    }

    /// <summary>Notes that an address has answered.</summary>
    public void Answered(IPEndPoint address)
    {
        lock (_failures)
        {
            _failures.Remove(address);
        }
    }

    private static IEnumerable<IPAddress> InTurns(IReadOnlyList<IPAddress> addresses)
    {
        var families = addresses.Distinct().GroupBy(address => address.AddressFamily).Select(family => family.ToArray()).ToArray();
        return Enumerable.Range(0, addresses.Count).SelectMany(turn => families.Where(family => turn < family.Length).Select(family => family[turn]));
    }
}
