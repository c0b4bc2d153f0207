using System.Security.Cryptography;
using System.Text;
using GlanceStore.Drivers.Rbd.Native;

namespace GlanceStore.Drivers.Rbd;

/// <summary>
/// One at a time gives a name to an image or takes it away, of all processes that use this driver. librbd moves images into the trash by name
/// and in several steps: where another image gets the name meanwhile, that one loses it, or is left in neither place.
/// </summary>
/// <remarks>Taken and let go by one thread. A lock of a dead process ends by itself.</remarks>
internal sealed class RbdTurn : IDisposable
{
    // They stay with the pool's directory, where they are kept: few enough for that, enough not to wait for other images.
    private const int Slots = 64;

    // Longer than what is done in a turn; shorter than the patience of whoever comes after a process that was killed in its turn.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // Within a process nobody asks the cluster again and again.
    private static readonly Lock[] Local = [.. Enumerable.Range(0, Slots).Select(_ => new Lock())];

    private readonly RadosPool _pool;
    private readonly Lock _local;
    private readonly string _name;
    private readonly string _holder = Guid.NewGuid().ToString("N");
    private bool _isHeld;

    private RbdTurn(RadosPool pool, int slot) => (_pool, _local, _name) = (pool, Local[slot], FormattableString.Invariant($"glancestore.{slot}"));

    /// <summary>Waits for the turn of an image's name.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Unavailable"/>: others have been at it all the time.</exception>
    public static RbdTurn Take(RadosPool pool, string image, TimeProvider time)
    {
        var turn = new RbdTurn(pool, SHA256.HashData(Encoding.UTF8.GetBytes(image))[0] % Slots);
        turn._local.Enter();
        try
        {
            turn.Lock(image, new RbdPatience(Patience, time));
            return turn;
        }
        catch
        {
            turn._local.Exit();
            throw;
        }
    }

    public void Dispose()
    {
        try
        {
            if (_isHeld)
            {
                _pool.Unlock(_name, _holder);
            }
        }
        catch (CephException)
        {
            // it ends by itself
        }
        finally
        {
            _local.Exit();
        }
    }

    private void Lock(string image, RbdPatience patience)
    {
        try
        {
            while (!(_isHeld = _pool.TryLock(_name, _holder, Longest)))
            {
                if (!patience.TryWait())
                {
                    throw new StoreException(StoreError.Unavailable, $"Other processes are naming or deleting '{image}' or another image all the time.") { IsTransient = true };
                }
            }
        }
        catch (CephException e) when (RbdErrors.IsNoSpace(e))
        {
            // A full pool keeps no locks, and in one nothing gets a name.
        }
    }
}
