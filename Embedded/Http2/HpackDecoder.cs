namespace ActorCsi.Embedded.Http2;

/// <summary>
/// Decodes the header blocks of one connection, in order: RFC 7541. A block that throws leaves the table undefined, so the connection is
/// lost with it.
/// </summary>
/// <param name="maxTableSize">The SETTINGS_HEADER_TABLE_SIZE that this side announced, in bytes.</param>
/// <param name="maxListSize">The largest decoded block, in bytes as SETTINGS_MAX_HEADER_LIST_SIZE counts them.</param>
internal sealed class HpackDecoder(int maxTableSize, int maxListSize)
{
    private readonly DynamicTable _table = new(maxTableSize);

    /// <exception cref="HpackException">The block breaks the RFC or the bound.</exception>
    public List<HeaderField> Decode(ReadOnlySpan<byte> block)
    {
        var fields = new List<HeaderField>();
        var listSize = 0;
        var input = new HpackReader(block);
        while (!input.AtEnd)
        {
            // The first bits of the first byte say what follows: RFC 7541 section 6.
            var first = input.Peek();
            if ((first & 0b1110_0000) == 0b0010_0000)
            {
                Resize(ref input, mayResize: fields.Count == 0);
                continue;
            }

            var field = (first & 0b1000_0000) != 0 ? Find(input.ReadInteger(prefixBits: 7))
                : (first & 0b0100_0000) != 0 ? ReadRemembered(ref input)
                : ReadLiteral(ref input, prefixBits: 4); // 0000 and 0001 differ only for who encodes again with indexing
            listSize += field.Size;
            if (listSize > maxListSize)
                throw new HpackException($"A header list is larger than {maxListSize} bytes.");
            fields.Add(field);
        }

        return fields;
    }

    private void Resize(ref HpackReader input, bool mayResize)
    {
        var size = input.ReadInteger(prefixBits: 5);
        if (!mayResize)
            throw new HpackException("The table was resized after the first header of a block.");
        if (size > maxTableSize)
            throw new HpackException($"The table was resized to {size} bytes; {maxTableSize} were announced.");
        _table.Resize(size);
    }

    private HeaderField ReadRemembered(ref HpackReader input)
    {
        var field = ReadLiteral(ref input, prefixBits: 6);
        _table.Add(field);
        return field;
    }

    private HeaderField ReadLiteral(ref HpackReader input, int prefixBits)
    {
        var index = input.ReadInteger(prefixBits);
        var name = index == 0 ? input.ReadString() : Find(index).Name;
        return new HeaderField(name, input.ReadString());
    }

    private HeaderField Find(int index)
    {
        if (index >= 1 && index <= StaticTable.Count)
            return StaticTable.Get(index);
        var dynamicIndex = index - StaticTable.Count;
        if (dynamicIndex >= 1 && dynamicIndex <= _table.Count)
            return _table.Get(dynamicIndex);
        throw new HpackException($"The tables hold no header with the index {index}.");
    }
}
