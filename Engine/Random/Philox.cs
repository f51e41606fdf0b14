namespace PlamoNative.Engine;

/// <summary>
/// The counter-based generator Philox 4x32 with ten rounds (Salmon, Moraes, Dror and Shaw, 2011): block c under a key is a pure function of both, so any
/// part of a stream is made by any thread, in any order, with the same bits everywhere.
/// </summary>
/// <param name="seed">The key.</param>
/// <param name="stream">The upper half of every counter: streams of one seed never meet.</param>
public readonly struct Philox(ulong seed, ulong stream)
{
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>2^-53, the distance between neighbours of <see cref="Uniform"/>.</summary>
    private const double Ulp = 1.0 / (1L << 53);

    /// <summary>Block <paramref name="index"/> of the stream: 128 random bits, the lower 64 first.</summary>
    public (ulong Low, ulong High) Block(ulong index)
    {
        var (c0, c1, c2, c3) = ((uint)index, (uint)(index >> 32), (uint)stream, (uint)(stream >> 32));
        var (k0, k1) = ((uint)seed, (uint)(seed >> 32));
        for (var round = 0; round < Rounds; round++)
        {
            var p0 = (ulong)Multiplier0 * c0;
            var p1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += Weyl0;
            k1 += Weyl1;
        }

        return (c0 | ((ulong)c1 << 32), c2 | ((ulong)c3 << 32));
    }

    /// <summary>A number in [0, 1), a multiple of 2^-53: element <paramref name="index"/> of the stream, out of a block of its own.</summary>
    public double Uniform(ulong index) => ToUnit(Block(index).Low);

    /// <summary>
    /// Standard normal deviates: elements <paramref name="start"/>, start + 1, ... of the stream. Elements 2k and 2k + 1 are the pair that Box and Muller's
    /// transform makes of block k, computed in float64 by <see cref="PortableMath"/>.
    /// </summary>
    public void Normal(ulong start, Span<double> destination)
    {
        var i = 0;
        while (i < destination.Length)
        {
            var element = start + (ulong)i;
            var (low, high) = Block(element / 2);
            var radius = Math.Sqrt(-2 * PortableMath.Log(1 - ToUnit(low)));
            var (sin, cos) = PortableMath.SinCosOfTurns(ToUnit(high));
            if (element % 2 == 0)
            {
                destination[i++] = radius * cos;
                if (i < destination.Length)
                {
                    destination[i++] = radius * sin;
                }
            }
            else
            {
                destination[i++] = radius * sin;
            }
        }
    }

    private static double ToUnit(ulong bits) => (bits >> 11) * Ulp;
}
