using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Rows of a tensor: output[r] = input[rows[r]]. Bytes are copied as they are.</summary>
internal static class GatherRows
{
    /// <summary>Runs the operator.</summary>
    /// <param name="input">[T, D], rows dense.</param>
    /// <param name="rows">Which rows; any may come more than once.</param>
    /// <param name="output">[rows, D], dense, of the input's type.</param>
    /// <exception cref="ArgumentOutOfRangeException">A row is outside of the input.</exception>
    public static unsafe void Forward(Tensor input, ReadOnlySpan<int> rows, Tensor output)
    {
        OperatorChecks.Activation(nameof(GatherRows), nameof(input), input);
        OperatorChecks.Rank(nameof(GatherRows), nameof(input), input, 2);
        OperatorChecks.Dense(nameof(GatherRows), nameof(output), output, new Shape(rows.Length, input.Shape[1]), input.DType);
        OperatorChecks.Rows(nameof(rows), rows, input.Shape[0]);
        if (output.Device is CudaDevice device)
        {
            DeviceLaunch.Single(nameof(GatherRows), output);
            DeviceLaunch.Same(nameof(GatherRows), nameof(input), input, device);
            GatherLaunch.Run(device, input, input.Shape[0] == 1 ? 0 : input.Strides[0], rows, output);
            return;
        }

        var (source, target) = (new RowView(input), new RowView(output));
        var bytes = input.DType.Bytes(input.Shape[1]);
        for (var i = 0; i < rows.Length; i++)
        {
            Buffer.MemoryCopy(source.Row(rows[i]), target.Row(i), bytes, bytes);
        }
    }
}
