namespace ActorCsi.Embedded.Http2;

/// <summary>A header as it was on the wire: bytes, because nothing here needs text.</summary>
internal readonly record struct HeaderField(byte[] Name, byte[] Value)
{
    private const int Overhead = 32;

    /// <summary>What the field counts against a table or a list: RFC 7541 section 4.1.</summary>
    public int Size => Name.Length + Value.Length + Overhead;
}
