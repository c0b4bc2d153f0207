namespace GlanceStore.ComputeAgent.Events;

/// <summary>Something that happened: its kind, <c>image</c>, <c>image_deleted</c>, <c>disk</c> or <c>disk_deleted</c>, and what is told of it, as GET tells it.</summary>
internal sealed record AgentEvent(string Kind, object Data);
