using System.Globalization;
using System.Text;
using Parquet;
using Parquet.Schema;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Training.Data;

/// <summary>The texts of one column of a Parquet file, one row group in memory at a time. Missing values are passed over.</summary>
internal sealed class ParquetDocuments : DocumentReader
{
    private const int MaxRowsOfGroup = 1 << 24;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _path;
    private readonly FileStream _file;
    private readonly ParquetReader _reader;
    private readonly DataField _field;
    private string?[] _texts = [];
    private int _group;
    private int _row;
    private long _rowsBefore;

    private ParquetDocuments(string path, FileStream file, ParquetReader reader, DataField field)
    {
        _path = path;
        _file = file;
        _reader = reader;
        _field = field;
    }

    internal override long FilePosition => _reader.RowGroupCount == 0 ? _file.Length : _file.Length * _group / _reader.RowGroupCount;

    /// <exception cref="ModelFormatException">No Parquet file, or no such column of text.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    internal static ParquetDocuments Open(string path, string column)
    {
        var file = InputFile.Open(path);
        try
        {
            var reader = Guard(path, "Parquet file", () => ParquetReader.CreateAsync(file).GetAwaiter().GetResult());
            var fields = reader.Schema.DataFields;
            var field = fields.FirstOrDefault(field => field.Path.ToString() == column);
            if (field is null || (field.ClrType != typeof(string) && field.ClrType != typeof(ReadOnlyMemory<char>)) || field.IsArray)
            {
                var found = field is null ? $"the columns {string.Join(", ", fields.Select(field => field.Path.ToString()))}" : $"one of {field.ClrType.Name}{(field.IsArray ? " lists" : "")}";
                throw new ModelFormatException(path, $"column '{column}'", "a column of strings", found);
            }

            return new ParquetDocuments(path, file, reader, field);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    internal override bool TryRead(DocumentGroup group)
    {
        while (true)
        {
            while (_row == _texts.Length)
            {
                if (_group == _reader.RowGroupCount)
                {
                    return false;
                }

                _rowsBefore += _texts.Length;
                _texts = ReadGroup(_group++);
                _row = 0;
            }

            var text = _texts[_row];
            _texts[_row++] = null;
            if (string.IsNullOrEmpty(text))
            {
                continue;
            }

            var row = _rowsBefore + _row;
            group.Append(Encode(text, row), _path, row);
            group.Close(_path, row, -1, group.Open.Length, DocumentKind.Text);
            return true;
        }
    }

    public override void Dispose()
    {
        _reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _file.Dispose();
    }

    private string?[] ReadGroup(int index)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"row group {index}");
        using var rows = Guard(_path, name, () => _reader.OpenRowGroupReader(index));
        if (rows.RowCount is < 0 or > MaxRowsOfGroup)
        {
            throw new ModelFormatException(_path, name, $"at most {MaxRowsOfGroup} rows", $"{rows.RowCount}");
        }

        var texts = new string?[rows.RowCount];
        Guard(_path, name, () =>
        {
            rows.ReadAsync(_field, texts.AsMemory()!).AsTask().GetAwaiter().GetResult();
            return 0;
        });
        return texts;
    }

    private byte[] Encode(string text, long row)
    {
        try
        {
            return Strict.GetBytes(text);
        }
        catch (EncoderFallbackException failure)
        {
            throw new ModelFormatException(_path, $"row {row}", "Unicode text", $"half of a surrogate pair at {failure.Index}", innerException: failure);
        }
    }

    private static T Guard<T>(string path, string place, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (DecoderFailures.IsOfData(failure))
        {
            throw new ModelFormatException(path, place, "Parquet data", $"what cannot be read ({failure.Message})", innerException: failure);
        }
    }
}
