namespace GlanceStore.Routing;

/// <summary>Finds the store of a location by its address and the account it names, whatever store it says it is of.</summary>
internal static class Adoption
{
    /// <summary>The store of a URI, and the stores of other accounts that it fits as well.</summary>
    /// <param name="table">The stores.</param>
    /// <param name="uri">The URI, in any dialect.</param>
    /// <param name="account">The account that the image is known to be in; null where nothing but the URI tells it.</param>
    /// <exception cref="StoreException"><see cref="StoreError.InvalidLocation"/>: no store takes it.</exception>
    public static ResolvedLocation Of(StoreTable table, string uri, string? account)
    {
        var fitting = Fitting(table, uri, account, out var refusal);
        return fitting.Count > 0 ? Best(fitting) : throw refusal;
    }

    /// <summary>The store of a URI as <see cref="Of"/> finds it; null where none takes it.</summary>
    public static ResolvedLocation? TryOf(StoreTable table, string uri, string? account) =>
        Fitting(table, uri, account, out _) is { Count: > 0 } fitting ? Best(fitting) : null;

    /// <summary>The store that is known to have the account and takes the URI; null where there is none.</summary>
    public static ResolvedLocation? OfAccount(StoreTable table, string uri, string account) =>
        Fitting(table, uri, account, out _).Find(candidate => candidate.IsNamed)?.Location;

    private static List<Candidate> Fitting(StoreTable table, string uri, string? account, out StoreException refusal)
    {
        var fitting = new List<Candidate>(1);
        var scheme = ImageLocation.SchemeOf(uri);
        if (scheme is null || !Uri.CheckSchemeName(scheme))
        {
            refusal = Misplaced("A location is a URI such as 'file:///srv/images/ID', and this text has no scheme.");
            return fitting;
        }

        StoreException? first = null;
        var asked = 0;
        foreach (var (store, match) in table.MayHold(uri, scheme))
        {
            try
            {
                asked++;
                fitting.Add(Candidate.Of(store, uri, match, account));
            }
            catch (StoreException e) when (e.Error == StoreError.InvalidLocation)
            {
                first ??= e;
            }
        }

        refusal = RefusalOf(table, scheme, asked, first);
        return fitting;
    }

    // Whoever is known to be of the account that was named comes before those of whom it is not known.
    private static ResolvedLocation Best(List<Candidate> fitting)
    {
        var known = fitting.FindAll(candidate => candidate.IsNamed);
        var (best, others) = known.Count > 0 ? (known[0], known) : (fitting[0], fitting);
        return best.Location with
        {
            Rivals = [.. others.Where(other => other.Account != best.Account).Select(other => other.Location.Store.Id)],
        };
    }

    // The URI itself may hold a password, so only its scheme is repeated; a store's own refusal says more and is as careful.
    private static StoreException RefusalOf(StoreTable table, string scheme, int asked, StoreException? first) => asked switch
    {
        0 => Misplaced($"No store reads locations of the scheme '{scheme}'; those that are read are {string.Join(", ", table.Schemes)}."),
        1 when first is not null => first,
        _ => Misplaced($"None of the {asked} stores that read '{scheme}' holds this location; the first said: {first?.Message}", first),
    };

    private static StoreException Misplaced(string message, Exception? inner = null) => new(StoreError.InvalidLocation, message, inner);

    private sealed record Candidate(ResolvedLocation Location, string? Account, bool IsNamed)
    {
        public static Candidate Of(IImageStore store, string uri, LocationMatch match, string? account)
        {
            var location = store.ParseLocation(uri) with { StoreId = store.Id };
            var own = Accounts.Of(store, location);
            if (Accounts.IsAnother(store, account, own))
            {
                throw Misplaced($"The image at {location} is in another account than that of the store '{store.Id}'.");
            }

            return new Candidate(new ResolvedLocation(store, location, match), own,
                account is not null ? own is not null : location is { Secret: not null, Account: not null });
        }
    }
}
