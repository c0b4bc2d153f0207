namespace GlanceStore;

/// <summary>What came of a put into several stores.</summary>
/// <param name="Outcomes">One for each store, in the order in which they were named.</param>
public sealed record PutReport(IReadOnlyList<PutOutcome> Outcomes)
{
    /// <summary>The receipts of the stores that hold the image now.</summary>
    public IEnumerable<ImageReceipt> Receipts => Outcomes.Select(outcome => outcome.Receipt).OfType<ImageReceipt>();

    /// <summary>Whether every store holds the image now; always so under <see cref="PutPolicy.AllOrNothing"/>.</summary>
    public bool IsComplete => Outcomes.All(outcome => outcome.Receipt is not null);
}

/// <summary>What came of a put in one store: a receipt or an error.</summary>
/// <param name="StoreId">The store.</param>
/// <param name="Receipt">The receipt, where the store holds the image now.</param>
/// <param name="Error">What went wrong, where it does not.</param>
public sealed record PutOutcome(string StoreId, ImageReceipt? Receipt, StoreException? Error);
