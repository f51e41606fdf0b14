using System.Buffers;

namespace PlamoNative.Runtime.Tokenization;

/// <summary>Takes ids one by one; implemented by structs so that the encoder is compiled for each without calls or boxes.</summary>
internal interface ITokenSink
{
    void Add(int id);
}

/// <summary>Counts only.</summary>
internal struct CountingSink : ITokenSink
{
    internal int Count;

    public void Add(int id) => Count++;
}

/// <summary>Fills a caller's span and goes on counting beyond its end, so that an error can say how much room is needed.</summary>
internal ref struct SpanSink(Span<int> destination) : ITokenSink
{
    private readonly Span<int> _destination = destination;

    internal int Count;

    public void Add(int id)
    {
        if ((uint)Count < (uint)_destination.Length)
        {
            _destination[Count] = id;
        }

        Count++;
    }
}

/// <summary>Appends to a list.</summary>
internal readonly struct ListSink(List<int> list) : ITokenSink
{
    public void Add(int id) => list.Add(id);
}

/// <summary>Appends to a buffer writer, asking it for room in blocks.</summary>
internal ref struct WriterSink(IBufferWriter<int> writer) : ITokenSink
{
    private Span<int> _block;
    private int _used;

    internal int Count;

    public void Add(int id)
    {
        if (_used == _block.Length)
        {
            Advance();
            _block = writer.GetSpan(256);
        }

        _block[_used++] = id;
        Count++;
    }

    internal void Advance()
    {
        writer.Advance(_used);
        _used = 0;
        _block = default;
    }
}
