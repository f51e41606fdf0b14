using System.Globalization;
using System.Text;

namespace PlamoNative.Training.Recording;

/// <summary>Builds a row of comma-separated values as UTF-8 in memory that is kept.</summary>
internal sealed class CsvRow
{
    private byte[] _bytes = new byte[512];
    private int _used;

    /// <summary>A cell with a name; the writer has no need of quotes.</summary>
    internal CsvRow Text(string value)
    {
        Grow(3 * value.Length);
        _used += Encoding.UTF8.GetBytes(value, _bytes.AsSpan(_used));
        return Separate();
    }

    /// <summary>A cell with a whole number.</summary>
    internal CsvRow Number(long value) => Format(value);

    /// <summary>A cell with a number that round-trips.</summary>
    internal CsvRow Number(double value) => Format(value);

    /// <summary>A cell with 0 or 1.</summary>
    internal CsvRow Flag(bool value) => Format(value ? 1 : 0);

    /// <summary>Cells without a value.</summary>
    internal CsvRow Empty(int cells)
    {
        for (var i = 0; i < cells; i++)
        {
            Separate();
        }

        return this;
    }

    /// <summary>Ends the row: its bytes with the line feed, valid until the next row begins.</summary>
    internal ReadOnlySpan<byte> End()
    {
        _bytes[_used - 1] = (byte)'\n';
        var row = _bytes.AsSpan(0, _used);
        _used = 0;
        return row;
    }

    private CsvRow Format<T>(T value)
        where T : IUtf8SpanFormattable
    {
        Grow(40);
        value.TryFormat(_bytes.AsSpan(_used), out var written, default, CultureInfo.InvariantCulture);
        _used += written;
        return Separate();
    }

    private CsvRow Separate()
    {
        Grow(1);
        _bytes[_used++] = (byte)',';
        return this;
    }

    private void Grow(int bytes)
    {
        if (_used + bytes > _bytes.Length)
        {
            Array.Resize(ref _bytes, 2 * (_used + bytes));
        }
    }
}
