using System.Numerics;
using PlamoNative.PtxEmulator.Numerics;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary><c>testp</c>.</summary>
internal sealed unsafe class TestProperty<T>(string test, int destination, Source a) : Instruction
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal override void Execute(Warp warp, uint mask)
    {
        var d = (uint*)(warp.Registers + destination);
        for (var m = mask; m != 0; m &= m - 1)
        {
            var lane = BitOperations.TrailingZeroCount(m);
            var value = a.Of<T>(warp)[lane];
            var holds = test switch
            {
                "finite" => T.IsFinite(value),
                "infinite" => T.IsInfinity(value),
                "number" => !T.IsNaN(value),
                "notanumber" => T.IsNaN(value),
                "normal" => T.IsNormal(value),
                _ => T.IsSubnormal(value),
            };
            *d = (*d & ~(1u << lane)) | (holds ? 1u << lane : 0);
        }
    }
}

/// <summary><c>setp</c> of bf16, which C# has no type for.</summary>
internal sealed unsafe class SetBrainPredicate(Func<double, double, bool> comparison, int destination, int complement, Source a, Source b, Combination combination, Source? third, uint flip)
    : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        for (var m = mask; m != 0; m &= m - 1)
        {
            var lane = BitOperations.TrailingZeroCount(m);
            var holds = comparison(BF16.ToSingle(a.Of<ushort>(warp)[lane]), BF16.ToSingle(b.Of<ushort>(warp)[lane]));
            var fails = !holds;
            if (third is { } source)
            {
                var other = (((*source.Of<uint>(warp) ^ flip) >> lane) & 1) != 0;
                (holds, fails) = combination switch
                {
                    Combination.And => (holds && other, fails && other),
                    Combination.Or => (holds || other, fails || other),
                    _ => (holds ^ other, fails ^ other),
                };
            }

            Store(warp, destination, lane, holds);
            Store(warp, complement, lane, fails);
        }
    }

    private static void Store(Warp warp, int offset, int lane, bool value)
    {
        if (offset >= 0)
        {
            var d = (uint*)(warp.Registers + offset);
            *d = (*d & ~(1u << lane)) | (value ? 1u << lane : 0);
        }
    }
}
