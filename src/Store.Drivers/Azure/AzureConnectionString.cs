using Azure.Storage;

namespace GlanceStore.Drivers.Azure;

/// <summary>What a connection string says beside the endpoint.</summary>
internal static class AzureConnectionString
{
    // The same in every emulator, and no secret anywhere else.
    private const string EmulatorAccount = "devstoreaccount1";
    private const string EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>The account's name; null where the text does not tell it, or is no connection string.</summary>
    public static string? AccountIn(string text) => Part(text, "AccountName") ?? (IsEmulator(text) ? EmulatorAccount : null);

    /// <summary>The account and its key; null where the text holds a signature instead.</summary>
    public static StorageSharedKeyCredential? KeyIn(string text) =>
        AccountIn(text) is { } account && (Part(text, "AccountKey") ?? (IsEmulator(text) ? EmulatorKey : null)) is { } key
            ? new StorageSharedKeyCredential(account, key)
            : null;

    private static bool IsEmulator(string text) => string.Equals(Part(text, "UseDevelopmentStorage"), "true", StringComparison.OrdinalIgnoreCase);

    // NAME=VALUE;…, and a value may hold further '='.
    private static string? Part(string text, string name) => text.Split(';')
        .Select(part => part.Split('=', 2))
        .FirstOrDefault(part => part.Length == 2 && part[0].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))?[1].Trim() is { Length: > 0 } value ? value : null;
}
