using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;

namespace PlamoNative.Compilation;

/// <summary>Where a parameter lies.</summary>
/// <param name="Name">Its name in C#.</param>
/// <param name="Kind"><c>view</c> (address and length, 8 bytes each), <c>i32</c>, <c>u32</c>, <c>i64</c>, <c>u64</c>, <c>f32</c>, <c>f64</c> or <c>struct</c>.</param>
/// <param name="Offset">Bytes from the first parameter's start.</param>
/// <param name="Size">Bytes.</param>
public sealed record KernelParameter(string Name, string Kind, int Offset, int Size)
{
    /// <summary>The parameters of a kernel, each on a multiple of its alignment, as the PTX entry declares them.</summary>
    internal static KernelParameter[] Of(KernelDefinition kernel)
    {
        var offset = 0;
        return [.. kernel.Method.GetParameters().Select(parameter =>
        {
            var (kind, size, alignment) = Classify(kernel, parameter);
            offset = (offset + alignment - 1) / alignment * alignment;
            var placed = new KernelParameter(parameter.Name!, kind, offset, size);
            offset += size;
            return placed;
        })];
    }

    private static (string Kind, int Size, int Alignment) Classify(KernelDefinition kernel, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ArrayView<>))
        {
            return ("view", 16, 8);
        }

        var kind = Type.GetTypeCode(type) switch
        {
            TypeCode.Int32 => "i32",
            TypeCode.UInt32 => "u32",
            TypeCode.Int64 => "i64",
            TypeCode.UInt64 => "u64",
            TypeCode.Single => "f32",
            TypeCode.Double => "f64",
            _ => type.IsValueType && !type.IsPrimitive && !type.IsEnum && !type.IsGenericType && type.Assembly != typeof(Index1D).Assembly ? "struct" : null,
        };
        return kind switch
        {
            null => throw new KernelCompilationException(
                kernel.Name, KernelDefinition.Describe(kernel.Method),
                $"parameter '{parameter.Name}' is a {type.Name}; a kernel takes ArrayView<T>, int, uint, long, ulong, float, double and structs of these"),
            "struct" => (kind, Marshal.SizeOf(type), AlignmentOf(type)),
            _ => (kind, kind.EndsWith("32", StringComparison.Ordinal) ? 4 : 8, kind.EndsWith("32", StringComparison.Ordinal) ? 4 : 8),
        };
    }

    private static int AlignmentOf(Type type) => type.IsPrimitive
        ? Marshal.SizeOf(type)
        : type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Max(f => AlignmentOf(f.FieldType));
}
