using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;

namespace PlamoNative.Compilation;

/// <summary>Walks the instructions of a method body.</summary>
internal static class IlReader
{
    private static readonly Dictionary<int, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (int)(ushort)code.Value);

    /// <summary>An instruction and the bytes of its operand.</summary>
    internal readonly record struct Instruction(OpCode Code, int Offset, int Length)
    {
        /// <summary>Whether the operand is a metadata token, whose number depends on the rest of the assembly.</summary>
        public bool HasToken => Code.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType or OperandType.InlineString or OperandType.InlineSig;
    }

    public static IEnumerable<Instruction> Read(byte[] il)
    {
        for (var at = 0; at < il.Length;)
        {
            var value = il[at] == 0xFE ? 0xFE00 | il[at + 1] : il[at];
            at += value > 0xFF ? 2 : 1;
            var code = Codes[value];
            var length = code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BinaryPrimitives.ReadInt32LittleEndian(il.AsSpan(at))),
                _ => 4,
            };
            yield return new Instruction(code, at, length);
            at += length;
        }
    }
}
