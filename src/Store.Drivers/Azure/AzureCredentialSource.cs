namespace GlanceStore.Drivers.Azure;

/// <summary>Where a store's credentials come from.</summary>
public enum AzureCredentialSource
{
    /// <summary>The options' <see cref="AzureDriverOptions.ConnectionString"/>, which names the account as well.</summary>
    ConnectionString,

    /// <summary>The account's <see cref="AzureDriverOptions.AccountKey"/>.</summary>
    Key,

    /// <summary>The <see cref="AzureDriverOptions.SasToken"/>, which says what it is good for and until when.</summary>
    Sas,

    /// <summary>The <see cref="AzureDriverOptions.TokenCredential"/> handed in from code.</summary>
    Token,

    /// <summary>What Azure.Identity finds: environment, workload identity, managed identity, the command-line tools of a developer.</summary>
    Default,

    /// <summary>None: only containers open to everybody can be read.</summary>
    Anonymous,
}
