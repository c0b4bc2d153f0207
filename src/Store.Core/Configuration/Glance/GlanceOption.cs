namespace GlanceStore;

/// <summary>An option of glance_store: what it must be, and what it is here. The page for operators is compared with these.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What its text must be.</param>
/// <param name="Default">What glance takes where it is not set; null for nothing.</param>
internal sealed record GlanceOption(string Name, ConfType Type, string? Default)
{
    /// <summary>The setting that it becomes; null for one that is ignored.</summary>
    public string? Setting { get; init; }

    /// <summary>Why it is ignored, or in what it differs from glance's.</summary>
    public string? Remark { get; init; }

    /// <summary>How its text becomes the setting's, or several settings'; as it is by default.</summary>
    public Func<string, IEnumerable<(string Setting, string Text)>>? Translate { get; init; }

    /// <summary>Whether a store cannot be without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether the driver's own default holds where the option is not set, and not glance's.</summary>
    public bool KeepsOwnDefault { get; init; }

    /// <summary>Another option beside which the default of this one does not count.</summary>
    public string? DefaultUnless { get; init; }

    /// <summary>Another option beside which this one does not count.</summary>
    public string? Unless { get; init; }

    public static GlanceOption Used(string name, ConfType type, string? @default, string setting) =>
        new(name, type, @default) { Setting = setting };

    public static GlanceOption Ignored(string name, ConfType type, string? @default, string reason) =>
        new(name, type, @default) { Remark = reason };

    public IEnumerable<(string Setting, string Text)> SettingsOf(string text) =>
        Setting is null ? [] : Translate?.Invoke(text) ?? [(Setting, text)];
}
