namespace GlanceStore.Conformance;

/// <summary>What an HTTP server, or something before it, says wrong of the bytes it gives. Each was seen of real ones.</summary>
public enum Lie
{
    /// <summary>A part that does not say which bytes it has: 206 without <c>Content-Range</c>.</summary>
    PartOfNothing,

    /// <summary>A part with a 200, which says what it has in <c>Content-Range</c> only.</summary>
    PartWithOk,

    /// <summary>A part with a 200 that says nothing of being one.</summary>
    PartForWhole,

    /// <summary>Another part than the one asked for, and <c>Content-Range</c> says so.</summary>
    PartFromElsewhere,

    /// <summary>Less than what was asked for, and <c>Content-Range</c> says so.</summary>
    ShorterPart,

    /// <summary>More than what was asked for, and <c>Content-Range</c> says so.</summary>
    LongerPart,

    /// <summary>Fewer bytes than are announced, and the end of the connection.</summary>
    BodyCutShort,

    /// <summary>More bytes than are announced, in a body of no fixed length.</summary>
    BodyThatGoesOn,

    /// <summary>A <c>Content-Length</c> of half the bytes beside a <c>Transfer-Encoding</c>, which makes it void.</summary>
    VoidLength,

    /// <summary>Bytes that are encoded, though nobody asked for that.</summary>
    Encoded,
}
