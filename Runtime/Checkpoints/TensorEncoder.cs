using System.Runtime.InteropServices;
using PlamoNative.Engine;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Runtime.Checkpoints;

/// <summary>Takes runs of encoded bytes, in order.</summary>
internal delegate void ByteSink(ReadOnlySpan<byte> bytes);

/// <summary>Streams a tensor out of a source in a wanted type: untouched if it is at hand in that type, else widened and rounded run by run.</summary>
internal static class TensorEncoder
{
    /// <summary>Elements of a run: whole blocks of every type.</summary>
    private const int RunLength = 1 << 20;

    internal static unsafe void Encode(WeightSource source, WeightSlot slot, DType type, ByteSink sink, Func<float, float>? transform = null)
    {
        var count = source.RowsOf(slot) * (slot.ElementCount / slot.Shape[0]);
        var raw = transform is null && source.TypeOf(slot) == type ? source.RawOrNull(slot) : null;
        if (raw is not null)
        {
            PassThrough(raw, type.Bytes(count), sink);
            return;
        }

        var values = new float[Math.Min(count, RunLength)];
        var encoded = new byte[type.Bytes(values.Length)];
        for (var start = 0L; start < count; start += values.Length)
        {
            var run = values.AsSpan(0, (int)Math.Min(values.Length, count - start));
            source.Read(slot, start, run);
            for (var i = 0; transform is not null && i < run.Length; i++)
            {
                run[i] = transform(run[i]);
            }

            var bytes = encoded.AsSpan(0, (int)type.Bytes(run.Length));
            TensorElements.Write(type, run, bytes);
            sink(bytes);
        }
    }

    private static unsafe void PassThrough(byte* raw, long length, ByteSink sink)
    {
        const int Piece = 1 << 24;
        for (var done = 0L; done < length; done += Piece)
        {
            sink(new ReadOnlySpan<byte>(raw + done, (int)Math.Min(Piece, length - done)));
        }
    }
}
