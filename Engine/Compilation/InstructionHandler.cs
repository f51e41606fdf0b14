using System.Globalization;
using System.Reflection;
using System.Text;
using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Types;
using ILGPU.IR.Values;
using PlamoNative.Engine;

namespace PlamoNative.Compilation;

/// <summary>Writes the PTX of a call to a method with <see cref="PtxInstructionAttribute"/>: one handler for all of them, the template is the table.</summary>
internal static class InstructionHandler
{
    /// <summary>Has the form of ILGPU's <c>PTXIntrinsic.Handler</c>, which finds it by name.</summary>
    public static void Generate(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var method = (MethodInfo)((MethodCall)value).Target.Source;
        var attribute = method.GetCustomAttribute<PtxInstructionAttribute>()!;
        var arguments = new Operand[value.Count];
        var spaces = attribute.Space.Split(',');
        var addresses = 0;
        for (var i = 0; i < value.Count; i++)
        {
            Value argument = value[i];
            arguments[i] = new Operand(Space(argument.Type), argument, generator);
            if (argument.Type is AddressSpaceType)
            {
                RequireSpace(method, spaces[Math.Min(addresses++, spaces.Length - 1)], arguments[i].Space);
            }
        }

        var prologue = new StringBuilder();
        string[] result;
        if (attribute.InPlace >= 0 && TryOverwrite((MethodCall)value, attribute.InPlace, generator))
        {
            result = arguments[attribute.InPlace].Registers(method);
        }
        else
        {
            result = value.Type.IsVoidType ? [] : Flatten(generator, generator.Allocate(value));
            if (attribute.InPlace >= 0)
            {
                var initial = arguments[attribute.InPlace].Registers(method);
                for (var i = 0; i < result.Length; i++)
                {
                    prologue.Append(CultureInfo.InvariantCulture, $"\tmov.b{Bits(result[i])} {result[i]}, {initial[i]};\n");
                }
            }
        }

        // The whole text is made before anything is appended: loading a constant appends a move of its own.
        var text = InstructionTemplate.Expand(attribute.Template, method, arguments, result, UniqueNumber(generator));
        generator.Builder.Append(prologue).Append(PtxVersion.Mark(attribute.Isa)).Append('\t').Append(text).Append('\n');
    }

    /// <summary>Names of all hardware registers of a value; constants are moved into one first.</summary>
    private static string[] Flatten(PTXCodeGenerator generator, PTXCodeGenerator.Register register) => register switch
    {
        PTXCodeGenerator.CompoundRegister compound => [.. compound.Children.SelectMany(child => Flatten(generator, child))],
        PTXCodeGenerator.PrimitiveRegister primitive => ["%" + PTXRegisterAllocator.GetStringRepresentation(generator.EnsureHardwareRegister(primitive))],
        _ => throw new InstructionException($"a value of type {register.Type} has no registers"),
    };

    /// <summary>Gives the result the argument's own registers, where nothing wants the argument any more.</summary>
    private static bool TryOverwrite(MethodCall call, int index, PTXCodeGenerator generator)
    {
        Value argument = call[index];
        if (!TiedRegisters.MayOverwrite(call, argument) || !IsHardware(generator.Load(argument)))
        {
            return false;
        }

        generator.Bind(call, generator.Load(argument));
        return true;
    }

    private static bool IsHardware(PTXCodeGenerator.Register register)
        => register is PTXCodeGenerator.HardwareRegister || (register is PTXCodeGenerator.CompoundRegister compound && compound.Children.All(IsHardware));

    private static void RequireSpace(MethodInfo method, string demanded, string found)
    {
        if (demanded.Length > 0 && found != "." + demanded)
        {
            throw new InstructionException(
                $"{method.DeclaringType?.Name}.{method.Name} needs an address in {demanded} memory and got {(found.Length == 0 ? "one of unknown space" : "one in " + found[1..])}");
        }
    }

    private static string Space(TypeNode type) => type is AddressSpaceType address
        ? address.AddressSpace switch
        {
            MemoryAddressSpace.Global => ".global",
            MemoryAddressSpace.Shared => ".shared",
            MemoryAddressSpace.Local => ".local",
            _ => "",
        }
        : "";

    private static int Bits(string register) => register[1..].TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9') switch
    {
        "rs" => 16,
        "r" or "f" => 32,
        "rd" or "fd" => 64,
        _ => throw new InstructionException($"register {register} cannot be updated in place"),
    };

    /// <summary>The text's length grows with every call: no two calls of one function see the same.</summary>
    private static int UniqueNumber(PTXCodeGenerator generator) => generator.Builder.Length;

    /// <summary>An argument, whose registers are asked for only where the template names them.</summary>
    internal sealed class Operand(string space, Value value, PTXCodeGenerator generator)
    {
        private string[]? _registers;

        /// <summary>The state space of an address with its dot, empty for others.</summary>
        public string Space { get; } = space;

        public string[] Registers(MethodInfo method)
        {
            try
            {
                return _registers ??= Flatten(generator, generator.Load(value));
            }
            catch (NullReferenceException e)
            {
                throw new InstructionException($"an argument of {method.Name} has no register", e);
            }
        }

        /// <summary>The constant's value, or null where the argument is a variable.</summary>
        public string? Immediate() => generator.Load(value) is PTXCodeGenerator.ConstantRegister constant
            ? constant.Value.BasicValueType switch
            {
                BasicValueType.Int1 => constant.Value.Int1Value ? "1" : "0",
                BasicValueType.Int8 => constant.Value.Int8Value.ToString(CultureInfo.InvariantCulture),
                BasicValueType.Int16 => constant.Value.Int16Value.ToString(CultureInfo.InvariantCulture),
                BasicValueType.Int32 => constant.Value.Int32Value.ToString(CultureInfo.InvariantCulture),
                BasicValueType.Int64 => constant.Value.Int64Value.ToString(CultureInfo.InvariantCulture),
                BasicValueType.Float32 => "0f" + BitConverter.SingleToUInt32Bits(constant.Value.Float32Value).ToString("X8", CultureInfo.InvariantCulture),
                _ => null,
            }
            : null;
    }
}
