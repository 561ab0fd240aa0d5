namespace ActorCsi.Embedded.Http2;

/// <summary>The headers that this connection's encoder asked to remember: RFC 7541 sections 2.3.2 and 4. The newest has the index 1.</summary>
internal sealed class DynamicTable(int maxSize)
{
    private readonly List<HeaderField> _oldestFirst = [];

    public int Count => _oldestFirst.Count;

    public int Size { get; private set; }

    public int MaxSize { get; private set; } = maxSize;

    public HeaderField Get(int index) => _oldestFirst[^index];

    public void Resize(int newMaxSize)
    {
        MaxSize = newMaxSize;
        EvictTo(newMaxSize);
    }

    public void Add(HeaderField field)
    {
        // A field larger than the table empties it, and is no error (RFC 7541 section 4.4).
        EvictTo(Math.Max(0, MaxSize - field.Size));
        if (field.Size > MaxSize)
            return;
        _oldestFirst.Add(field);
        Size += field.Size;
    }

    private void EvictTo(int size)
    {
        var evicted = 0;
        while (Size > size)
            Size -= _oldestFirst[evicted++].Size;
        _oldestFirst.RemoveRange(0, evicted);
    }
}
