namespace GlanceStore.ImageService.Events;

/// <summary>A row of the table <c>events</c>: one event that one of those who are told has not been told yet.</summary>
internal sealed class StoredEvent
{
    public long Id { get; init; }

    public string ImageId { get; init; } = "";

    /// <summary>The same however often it is delivered.</summary>
    public string MessageId { get; init; } = "";

    public string EventType { get; init; } = "";

    public long IsError { get; init; }

    /// <summary>The notification, as JSON.</summary>
    public string Message { get; init; } = "";

    /// <summary>How often it was refused.</summary>
    public long Attempts { get; init; }
}

/// <summary>Somebody who is told.</summary>
internal interface IEventDestination : IAsyncDisposable
{
    /// <summary>What the rows of the table call it.</summary>
    string Name { get; }

    /// <summary>Delivers an event: when it ends, whoever is told has it for good. Several are delivered at once, of one image one after the other.</summary>
    /// <exception cref="EventRefusedException">It does not take this one; it may take others.</exception>
    /// <exception cref="Exception">It takes none at the moment.</exception>
    Task DeliverAsync(StoredEvent told, CancellationToken cancellationToken);
}

/// <summary>One event that is not taken, by somebody who is there.</summary>
internal sealed class EventRefusedException(string message) : Exception(message);
