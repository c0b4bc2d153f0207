namespace GlanceStore.Drivers;

/// <summary>The optional role of a driver whose backend knows many tenants: every caller sees the store with its own rights.</summary>
public interface ICallerBinding
{
    /// <summary>A driver that acts as the caller. It shares the connections of this one, which must outlive it, and is disposed by whom it is given.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StoreException"><see cref="StoreError.NotAuthenticated"/>: the token is not accepted.</exception>
    ValueTask<StoreDriver> BindAsync(StoreCaller caller, CancellationToken cancellationToken);
}

/// <summary>Who calls: a token and the project it is for.</summary>
public sealed class StoreCaller
{
    private readonly Func<CancellationToken, ValueTask<string>> _token;

    /// <summary>A caller whose token does not change; it must be good for as long as the caller is bound.</summary>
    /// <param name="project">The id of the project.</param>
    /// <param name="token">The token.</param>
    public StoreCaller(string project, string token)
        : this(project, _ => ValueTask.FromResult(token)) => ArgumentException.ThrowIfNullOrEmpty(token);

    /// <summary>A caller whose token can be renewed.</summary>
    /// <param name="project">The id of the project.</param>
    /// <param name="token">Gives a token that is good now; asked again when one ends or is refused.</param>
    public StoreCaller(string project, Func<CancellationToken, ValueTask<string>> token)
    {
        ArgumentException.ThrowIfNullOrEmpty(project);
        ArgumentNullException.ThrowIfNull(token);
        (Project, _token) = (project, token);
    }

    /// <summary>The id of the project whose account images are put into.</summary>
    public string Project { get; }

    /// <summary>A token that is good now: a secret. A method and not a property, so that no serialiser or logger finds it.</summary>
    public ValueTask<string> GetTokenAsync(CancellationToken cancellationToken) => _token(cancellationToken);

    /// <summary>The project, and nothing of the token.</summary>
    public override string ToString() => $"project {Project}";
}
