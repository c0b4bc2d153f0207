using System.Text.Json.Serialization;

namespace GlanceStore.Conformance;

/// <summary>A location as JSON, without reflection: a program that is compiled ahead runs the suites too.</summary>
[JsonSerializable(typeof(ImageLocation))]
internal sealed partial class LocationJson : JsonSerializerContext;
