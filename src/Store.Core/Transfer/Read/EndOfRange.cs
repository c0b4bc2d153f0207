using GlanceStore.Drivers;
using GlanceStore.Resilience;

namespace GlanceStore.Transfer;

/// <summary>
/// Looks whether bytes really end where they should. A backend that goes on has announced another size than it sends, and what was read is then
/// only the beginning of something.
/// </summary>
internal static class EndOfRange
{
    /// <exception cref="StoreException"><see cref="StoreError.Corrupted"/>: there are more bytes.</exception>
    public static async ValueTask CheckAsync(DriverReader reader, ImageLocation location, long end, StallWatch watch)
    {
        if (await GoesOnAsync(reader, watch).ConfigureAwait(false))
        {
            throw new StoreException(StoreError.Corrupted,
                $"The store sends more of {location} than was asked of it, beyond byte {end}: what it says of the size is not so.");
        }
    }

    // A connection that breaks behind the last byte has given all of them.
    private static async ValueTask<bool> GoesOnAsync(DriverReader reader, StallWatch watch)
    {
        try
        {
            return await watch.GuardAsync(token => reader.ReadAsync(new byte[1], token)).ConfigureAwait(false) > 0;
        }
        catch (StoreException e) when (e.IsTransient)
        {
            return false;
        }
    }
}
