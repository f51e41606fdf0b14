namespace PlamoNative.Assembly.Tests;

/// <summary>
/// How many warps of a kernel a multiprocessor holds, of those it could: the CUDA programming guide's limits per compute capability, with registers given out by warps in units of
/// 256 out of the four quarters of the register file, and shared memory in units that the capability fixes.
/// </summary>
internal static class Occupancy
{
    private const int RegistersOfQuarter = 16 * 1024;
    private const int RegisterUnit = 256;

    /// <summary>Blocks that fit together, and the part of the warps that they fill, from 0 to 1.</summary>
    internal static (int Blocks, double Fraction) Of(string architecture, int blockThreads, int registers, int sharedBytes)
    {
        var (warps, blocks, shared, reserved, unit) = Limits(architecture);
        var warpsOfBlock = (blockThreads + 31) / 32;
        var registersOfWarp = RoundUp(Math.Max(registers, 1) * 32, RegisterUnit);
        var byRegisters = 4 * (RegistersOfQuarter / registersOfWarp) / warpsOfBlock;
        var sharedOfBlock = RoundUp(sharedBytes + reserved, unit);
        var byShared = sharedOfBlock == 0 ? blocks : shared / sharedOfBlock;
        var resident = Math.Min(Math.Min(blocks, warps / warpsOfBlock), Math.Min(byRegisters, byShared));
        return (resident, (double)(resident * warpsOfBlock) / warps);
    }

    // Warps, blocks and shared bytes of a multiprocessor; shared bytes that each block loses to the system; unit of shared memory.
    private static (int Warps, int Blocks, int Shared, int Reserved, int Unit) Limits(string architecture) => architecture switch
    {
        "75" => (32, 16, 64 * 1024, 0, 256),
        "80" => (64, 32, 164 * 1024, 1024, 128),
        "86" => (48, 16, 100 * 1024, 1024, 128),
        "89" => (48, 24, 100 * 1024, 1024, 128),
        "90" or "90a" => (64, 32, 228 * 1024, 1024, 128),
        _ => throw new ArgumentOutOfRangeException(nameof(architecture), architecture, "expected 75, 80, 86, 89, 90 or 90a"),
    };

    private static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;
}
