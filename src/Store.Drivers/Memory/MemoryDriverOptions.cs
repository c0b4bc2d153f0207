namespace GlanceStore.Drivers.Memory;

/// <summary>The settings of a memory store.</summary>
public sealed record MemoryDriverOptions
{
    /// <summary>The host part of its locations, <c>memory://NAME/ID</c>; <c>images</c> by default.</summary>
    public string Name { get; init; } = "images";

    /// <summary>Where the images are kept; a place of its own by default. Drivers that share it see the same images.</summary>
    public MemoryStorage Storage { get; init; } = new();

    /// <summary>What the driver says of itself, so that a test can play a store with limits; by default what memory can do.</summary>
    public DriverCapabilities Capabilities { get; init; } = new() { MaxImageBytes = Array.MaxLength };

    /// <summary>What is wrong with these options, one sentence each; empty where nothing is.</summary>
    public IReadOnlyList<string> Mistakes() => Name.Length > 0 && Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.')
        ? []
        : ["'Name' is not made of letters, digits, '-' and '.'"];

    internal static MemoryDriverOptions From(DriverSettings settings)
    {
        var defaults = new MemoryDriverOptions();
        return defaults with { Name = settings.Text(nameof(Name)) ?? defaults.Name };
    }
}
