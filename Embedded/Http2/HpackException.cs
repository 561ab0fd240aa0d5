namespace ActorCsi.Embedded.Http2;

/// <summary>A header block that breaks RFC 7541, or a bound of ours.</summary>
internal sealed class HpackException(string message) : Exception(message);
