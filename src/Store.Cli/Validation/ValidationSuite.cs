using System.Diagnostics.CodeAnalysis;
using GlanceStore.Conformance;

namespace GlanceStore.Cli.Validation;

/// <summary>A suite as the card shows it: its name, what it is about in words, and its cases.</summary>
internal sealed record ValidationSuite(string Name, string Promise, IReadOnlyList<SuiteCase> Cases)
{
    /// <summary>All suites of the conformance package; written down here, because nothing in the tool looks for types at run time.</summary>
    public static IReadOnlyList<ValidationSuite> All() =>
    [
        Of<OperatorPut>("what goes in is there, whole, and not before its commit"),
        Of<OperatorUnknownLength>("a source needs no length"),
        Of<OperatorSizeContract>("the declared size is a contract"),
        Of<OperatorSizeEdge>("images of any size, from none to many chunks"),
        Of<OperatorRead>("an image comes back byte for byte"),
        Of<OperatorRange>("and any part of it"),
        Of<OperatorSeek>("streams seek"),
        Of<OperatorStream>("streams behave as streams do"),
        Of<OperatorResume>("a read that breaks off goes on in the same version"),
        Of<OperatorReadFault>("a read survives a failure at each of its calls, or says why"),
        Of<OperatorFind>("what the store says of an image is true"),
        Of<OperatorDelete>("what is deleted is gone, with all that belonged to it"),
        Of<OperatorListing>("what the store tells it holds is what it holds"),
        Of<OperatorLocation>("every id has a location that finds it again"),
        Of<OperatorOverwrite>("of many creators one wins; a replacement is one step"),
        Of<OperatorConcurrency>("transfers side by side do not mix"),
        Of<OperatorStandstill>("who stands still keeps nobody waiting"),
        Of<OperatorAbandonedWrite>("what is not committed leaves nothing"),
        Of<OperatorCancellation>("cancellation ends everything within a second and leaves nothing"),
        Of<OperatorReorder>("chunks in any order, several at once, and again"),
        Of<OperatorResumedPut>("a put with a session goes on from what the backend holds"),
        Of<OperatorFault>("a put survives a failure and a lost reply at each of its calls"),
        Of<OperatorDigest>("digests are right, and a wrong one is refused"),
        Of<OperatorLie>("a part is not taken for the whole"),
        Of<OperatorManifest>("a wrong byte is never handed over"),
        Of<OperatorError>("errors are what they are"),
        Of<OperatorSecret>("no secret is told"),
    ];

    private static ValidationSuite Of<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.PublicProperties)] TSuite>(string promise)
        where TSuite : DriverSuite<OperatorHarness>, new() =>
        new(typeof(TSuite).Name["Operator".Length..], promise, SuiteCase.Of<TSuite, OperatorHarness>());

    private sealed class OperatorPut : PutSuite<OperatorHarness>;

    private sealed class OperatorUnknownLength : UnknownLengthSuite<OperatorHarness>;

    private sealed class OperatorSizeContract : SizeContractSuite<OperatorHarness>;

    private sealed class OperatorSizeEdge : SizeEdgeSuite<OperatorHarness>;

    private sealed class OperatorRead : ReadSuite<OperatorHarness>;

    private sealed class OperatorRange : RangeSuite<OperatorHarness>;

    private sealed class OperatorSeek : SeekSuite<OperatorHarness>;

    private sealed class OperatorStream : StreamSuite<OperatorHarness>;

    private sealed class OperatorResume : ResumeSuite<OperatorHarness>;

    private sealed class OperatorReadFault : ReadFaultSuite<OperatorHarness>;

    private sealed class OperatorFind : FindSuite<OperatorHarness>;

    private sealed class OperatorDelete : DeleteSuite<OperatorHarness>;

    private sealed class OperatorListing : ListingSuite<OperatorHarness>;

    private sealed class OperatorLocation : LocationSuite<OperatorHarness>;

    private sealed class OperatorOverwrite : OverwriteSuite<OperatorHarness>;

    private sealed class OperatorConcurrency : ConcurrencySuite<OperatorHarness>;

    private sealed class OperatorStandstill : StandstillSuite<OperatorHarness>;

    private sealed class OperatorAbandonedWrite : AbandonedWriteSuite<OperatorHarness>;

    private sealed class OperatorCancellation : CancellationSuite<OperatorHarness>;

    private sealed class OperatorReorder : ReorderSuite<OperatorHarness>;

    private sealed class OperatorResumedPut : ResumedPutSuite<OperatorHarness>;

    private sealed class OperatorFault : FaultSuite<OperatorHarness>;

    private sealed class OperatorDigest : DigestSuite<OperatorHarness>;

    private sealed class OperatorLie : LieSuite<OperatorHarness>;

    private sealed class OperatorManifest : ManifestSuite<OperatorHarness>;

    private sealed class OperatorError : ErrorSuite<OperatorHarness>;

    private sealed class OperatorSecret : SecretSuite<OperatorHarness>;
}
