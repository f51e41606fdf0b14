namespace PlamoNative.Kernels;

/// <summary>The tile of the product with int8 activations, one element at a time: the twin of the vector tiles, and what runs where there are no such vectors.</summary>
internal static unsafe class Int8TilePlain
{
    /// <summary>4 rows, 32 columns; arguments as for <see cref="Int8Tile512"/>.</summary>
    internal static void Run<TShape>(int groups, ActivationPanel x, byte* w, float* scales, float* minima, float* y, nint yStride, bool load)
        where TShape : struct, IInt8Shape
    {
        for (var r = 0; r < Int8Panel.Rows; r++)
        {
            for (var c = 0; c < Int8Panel.Columns; c++)
            {
                var sum = load ? y[(r * yStride) + c] : 0f;
                for (var g = 0; g < groups; g++)
                {
                    var dot = -x.Biases[(g * Int8Panel.Rows) + r];
                    for (var unit = g * TShape.Units; unit < (g + 1) * TShape.Units; unit++)
                    {
                        var codes = (byte*)(x.Codes + (unit * Int8Panel.Rows) + r);
                        var weights = w + (((unit * Int8Panel.Columns) + c) * sizeof(int));
                        dot += TShape.IsWide
                            ? (((short*)weights)[0] * ((short*)codes)[0]) + (((short*)weights)[1] * ((short*)codes)[1])
                            : (weights[0] * (sbyte)codes[0]) + (weights[1] * (sbyte)codes[1]) + (weights[2] * (sbyte)codes[2]) + (weights[3] * (sbyte)codes[3]);
                    }

                    sum = MathF.FusedMultiplyAdd(dot, scales[(g * Int8Panel.Columns) + c] * x.Scales[(g * Int8Panel.Rows) + r], sum);
                    if (TShape.HasMinima)
                    {
                        sum = MathF.FusedMultiplyAdd(minima[(g * Int8Panel.Columns) + c], x.Sums[(g * Int8Panel.Rows) + r], sum);
                    }
                }

                y[(r * yStride) + c] = sum;
            }
        }
    }
}
