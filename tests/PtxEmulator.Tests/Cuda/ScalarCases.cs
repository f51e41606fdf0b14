using System.Numerics;
using Xunit;
using static PlamoNative.PtxEmulator.Tests.Cuda.CudaArgument;
using static PlamoNative.PtxEmulator.Tests.Cuda.CudaCase;

namespace PlamoNative.PtxEmulator.Tests.Cuda;

/// <summary>Control flow, calls, integers and doubles of single threads.</summary>
internal static class ScalarCases
{
    internal static CudaCase IndirectCalls()
    {
        const int Count = 70;
        var inputs = Make(Count, static i => i % 13);
        var choices = Make(Count, static i => i * 7 % 5);
        var (results, joined, sums) = (Buffer(new int[Count]), Buffer(new long[2 * Count]), Buffer(new float[Count]));
        return new("Sources/indirect_calls.ptx", "indirectCalls", new(2), new(64), 0, [Buffer(inputs), Buffer(choices), results, joined, sums, Of(Count)], () =>
        {
            float[] weights = [0.5f, -2.0f, 1024.0f];
            for (var i = 0; i < Count; i++)
            {
                var x = inputs[i];
                var called = (choices[i] & 3) switch { 0 => 2 * x, 1 => x * x, 2 => ((x + 4) * x - 1) * x + 3, _ => Fibonacci(x) };
                Assert.Equal(called * 7, results.Values[i]);
                Assert.Equal(x + (x & 3) + ((choices[i] & 1) == 1 ? 2 : 1), joined.Values[2 * i]);
                Assert.Equal(choices[i] * 5, joined.Values[2 * i + 1]);
                Assert.Equal(weights[i % 3] + 0.25f, sums.Values[i]);
            }
        });
    }

    internal static CudaCase StackMachine()
    {
        const int Count = 96, Length = 12;
        var random = Seeded(14);
        var programs = Make(Count * Length, _ => (byte)random.Next(11));
        var arguments = Make(Count, _ => random.Next(-20, 60));
        var results = Buffer(new int[Count]);
        return new("Sources/stack_machine.ptx", "stackMachine", new(2), new(64), 0, [Buffer(programs), Buffer(arguments), results, Of(Count), Of(Length)], () =>
            Assert.Equal(Make(Count, i => Interpret(programs.AsSpan(i * Length, Length), arguments[i])), results.Values));
    }

    internal static CudaCase Philox()
    {
        const int Count = 70;
        var random = Buffer(new uint[4 * Count]);
        return new("Sources/philox.ptx", "philox", new(2), new(64), 0, [random, Of(0L), Of(Count)], () =>
        {
            // The published answer for a counter and a key of zero.
            Assert.Equal([0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u], random.Values[..4]);
            for (var i = 0; i < Count; i++)
            {
                Assert.Equal(Philox((uint)i), random.Values[(4 * i)..(4 * i + 4)]);
            }
        });
    }

    internal static CudaCase WideArithmetic()
    {
        const int Count = 64;
        var random = Seeded(15);
        var a = Make(Count, i => random.NextInt64() >> (i % 40) - (i & 1));
        var b = Make(Count, i => (random.NextInt64(1, long.MaxValue) >> (i * 3 % 50)) * (i % 3 == 0 ? -1 : 1) | 1);
        var (results, reals) = (Buffer(new long[8 * Count]), Buffer(new double[2 * Count]));
        return new("Sources/philox.ptx", "wideArithmetic", new(1), new(64), 0, [Buffer(a), Buffer(b), results, reals, Of(Count)], () =>
        {
            for (var i = 0; i < Count; i++)
            {
                var (x, y) = (a[i], b[i]);
                var (low, high) = ((uint)x, (uint)y);
                var shift = (int)(x >> 32) & 31;
                var bytes = BitConverter.GetBytes(x)[..4].Concat(BitConverter.GetBytes(y)[..4]).ToArray();
                long[] expected =
                [
                    x / y, x % y, (long)((ulong)x / (ulong)y), Math.BigMul(x, y, out _),
                    (uint)(((ulong)high << 32 | low) << shift >> 32),
                    (x >> (int)(y & 63)) ^ (x << (int)((y >> 3) & 63)),
                    BitOperations.PopCount((ulong)x) * 1000 + BitOperations.LeadingZeroCount((ulong)y) * 10 + (x == 0 ? 0 : BitOperations.TrailingZeroCount(x) + 1),
                    BitConverter.ToUInt32([bytes[4], bytes[1], bytes[7], bytes[2]]) + (x < y ? -1 : 1) + (short)x,
                ];
                Assert.Equal(expected, results.Values[(8 * i)..(8 * i + 8)]);
                Assert.Equal(Math.Sqrt(Math.Abs((double)x)) / y, reals.Values[2 * i]);
                Assert.Equal(Math.FusedMultiplyAdd(x, 0.1, (float)y) + Math.Floor(y / 7.0), reals.Values[2 * i + 1]);
            }
        });
    }

    private static int Fibonacci(int n) => n < 2 ? n : Fibonacci(n - 1) + Fibonacci(n - 2);

    private static uint[] Philox(uint index)
    {
        uint[] c = [index, 0, 0, 0];
        var (k0, k1) = (0u, 0u);
        for (var round = 0; round < 10; round++)
        {
            var (left, right) = (0xD2511F53ul * c[0], 0xCD9E8D57ul * c[2]);
            c = [(uint)(right >> 32) ^ c[1] ^ k0, (uint)right, (uint)(left >> 32) ^ c[3] ^ k1, (uint)left];
            (k0, k1) = (k0 + 0x9E3779B9u, k1 + 0xBB67AE85u);
        }

        return c;
    }

    private static int Interpret(ReadOnlySpan<byte> program, int argument)
    {
        var stack = new int[16];
        var (top, budget) = (1, 200);
        stack[0] = argument;
        for (var at = 0; at < program.Length && budget > 0; at++, budget--)
        {
            switch (program[at])
            {
                case 0: stack[top++] = at; break;
                case 1: stack[top] = stack[top - 1]; top++; break;
                case 2 when top > 1: top--; stack[top - 1] += stack[top]; break;
                case 3 when top > 1: top--; stack[top - 1] *= stack[top]; break;
                case 4 when top > 1: (stack[top - 1], stack[top - 2]) = (stack[top - 2], stack[top - 1]); break;
                case 5: stack[top - 1] /= 3; break;
                case 6: stack[top - 1] %= 7; break;
                case 7 when stack[top - 1] > 0: stack[top - 1]--; at = -1; break;
                case 8: stack[top - 1] = BitOperations.LeadingZeroCount((uint)stack[top - 1]) ^ (int)Reverse((uint)stack[top - 1]); break;
                case 9: budget = 0; break;
                case 10: stack[top - 1] = -stack[top - 1]; break;
            }

            top = Math.Min(top, 15);
        }

        return stack.Take(top).Aggregate(0, static (sum, value) => sum * 31 + value);
    }

    private static uint Reverse(uint value) => Enumerable.Range(0, 32).Aggregate(0u, (reversed, bit) => reversed | (value >> bit & 1) << (31 - bit));
}
