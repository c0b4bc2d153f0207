namespace GlanceStore;

/// <summary>The user and the password that a location URI was written with. It renders as nothing and is never serialised.</summary>
public sealed class LocationSecret
{
    private readonly string _user;
    private readonly string _password;

    /// <summary>Keeps the user and the password of a URI, both decoded.</summary>
    public LocationSecret(string user, string password)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(password);
        (_user, _password) = (user, password);
    }

    /// <summary>Hands out what is kept. A method and not two properties, so that no serialiser or logger finds it.</summary>
    public void Reveal(out string user, out string password) => (user, password) = (_user, _password);

    /// <summary>Three stars.</summary>
    public override string ToString() => "***";
}
