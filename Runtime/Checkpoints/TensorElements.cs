using System.Runtime.InteropServices;
using PlamoNative.Engine;

namespace PlamoNative.Runtime.Checkpoints;

/// <summary>Reads and writes runs of elements of any floating-point or block type as float32 or float64. Addresses need no alignment.</summary>
internal static unsafe class TensorElements
{
    /// <summary>Elements are moved in runs of this many: whole blocks of every type.</summary>
    internal const int RunLength = 1 << 16;

    internal static bool CanRead(DType dtype) => dtype.IsFloatingPoint() || dtype.IsBlockQuantized();

    /// <summary>Widens elements <paramref name="start"/>, start + 1, ... of dense memory; float64 is rounded to float32.</summary>
    internal static void Read(DType dtype, byte* source, long start, Span<float> destination)
    {
        var bytes = new ReadOnlySpan<byte>(source + dtype.Bytes(start), checked((int)dtype.Bytes(destination.Length)));
        switch (dtype)
        {
            case DType.Float32:
                bytes.CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case DType.Float64:
                for (var i = 0; i < destination.Length; i++)
                {
                    destination[i] = (float)MemoryMarshal.Read<double>(bytes[(i * sizeof(double))..]);
                }

                break;
            case DType.Float16:
                TensorConvert.ToSingle(MemoryMarshal.Cast<byte, Half>(bytes), destination);
                break;
            case DType.BFloat16:
                TensorConvert.ToSingle(MemoryMarshal.Cast<byte, BFloat16>(bytes), destination);
                break;
            default:
                QuantizedBlocks.Dequantize(dtype, bytes, destination);
                break;
        }
    }

    /// <summary>Widens elements of a dense tensor, wherever it lies.</summary>
    internal static void Read(Tensor tensor, long start, Span<float> destination)
    {
        if (tensor.Device.IsHostMemory)
        {
            Read(tensor.DType, tensor.Pointer, start, destination);
            return;
        }

        var bytes = new byte[tensor.DType.Bytes(destination.Length)];
        tensor.ReadBytes(start, bytes);
        fixed (byte* fetched = bytes)
        {
            Read(tensor.DType, fetched, 0, destination);
        }
    }

    /// <summary>Widens elements to float64; nothing is rounded.</summary>
    internal static void Read(DType dtype, byte* source, long start, Span<double> destination)
    {
        if (dtype == DType.Float64)
        {
            new ReadOnlySpan<byte>(source + dtype.Bytes(start), destination.Length * sizeof(double)).CopyTo(MemoryMarshal.AsBytes(destination));
            return;
        }

        var single = new float[Math.Min(destination.Length, RunLength)];
        for (var done = 0; done < destination.Length; done += single.Length)
        {
            var run = single.AsSpan(0, Math.Min(single.Length, destination.Length - done));
            Read(dtype, source, start + done, run);
            for (var i = 0; i < run.Length; i++)
            {
                destination[done + i] = run[i];
            }
        }
    }

    /// <summary>Rounds float32 elements to a stored type.</summary>
    internal static void Write(DType dtype, ReadOnlySpan<float> source, Span<byte> destination)
    {
        switch (dtype)
        {
            case DType.Float32:
                MemoryMarshal.AsBytes(source).CopyTo(destination);
                break;
            case DType.Float64:
                for (var i = 0; i < source.Length; i++)
                {
                    double widened = source[i];
                    MemoryMarshal.Write(destination[(i * sizeof(double))..], in widened);
                }

                break;
            case DType.Float16:
                TensorConvert.FromSingle(source, MemoryMarshal.Cast<byte, Half>(destination));
                break;
            case DType.BFloat16:
                TensorConvert.FromSingle(source, MemoryMarshal.Cast<byte, BFloat16>(destination));
                break;
            default:
                QuantizedBlocks.Quantize(dtype, source, destination);
                break;
        }
    }

    /// <summary>A dense tensor of its own that holds all elements of memory as <paramref name="dtype"/>, float32 or float64.</summary>
    internal static Tensor Widen(Device device, Shape shape, DType dtype, DType stored, byte* source)
    {
        var tensor = Tensor.Allocate(device, shape, dtype);
        var count = shape.ElementCount;
        var buffer = new byte[dtype.Bytes(Math.Min(RunLength, count))];
        for (var start = 0L; start < count; start += RunLength)
        {
            var run = buffer.AsSpan(0, checked((int)dtype.Bytes(Math.Min(RunLength, count - start))));
            if (dtype == DType.Float64)
            {
                Read(stored, source, start, MemoryMarshal.Cast<byte, double>(run));
            }
            else
            {
                Read(stored, source, start, MemoryMarshal.Cast<byte, float>(run));
            }

            tensor.WriteBytes(start, run);
        }

        return tensor;
    }
}
