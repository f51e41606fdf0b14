using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;
using PlamoNative.Engine;

namespace PlamoNative.Compilation;

/// <summary>Where the parameters of a kernel lie: one after the other, each on a multiple of its alignment, as the PTX entry declares them.</summary>
internal static class ParameterLayout
{
    public static KernelParameter[] Of(KernelDefinition kernel)
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

    private static (KernelParameterKind Kind, int Size, int Alignment) Classify(KernelDefinition kernel, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ArrayView<>))
        {
            return (KernelParameterKind.View, 16, 8);
        }

        switch (Type.GetTypeCode(type.IsEnum ? typeof(object) : type))
        {
            case TypeCode.Int32: return (KernelParameterKind.Int32, 4, 4);
            case TypeCode.UInt32: return (KernelParameterKind.UInt32, 4, 4);
            case TypeCode.Int64: return (KernelParameterKind.Int64, 8, 8);
            case TypeCode.Single: return (KernelParameterKind.Float32, 4, 4);
            case TypeCode.Double: return (KernelParameterKind.Float64, 8, 8);
        }

        return type.IsValueType && !type.IsPrimitive && !type.IsEnum && !type.IsGenericType && type.Assembly != typeof(Index1D).Assembly
            ? (KernelParameterKind.Struct, Marshal.SizeOf(type), AlignmentOf(type))
            : throw new KernelCompilationException(
                kernel.Name, KernelDefinition.Describe(kernel.Method),
                $"parameter '{parameter.Name}' is a {type.Name}; a kernel takes ArrayView<T>, int, uint, long, float, double and structs of these");
    }

    private static int AlignmentOf(Type type) => type.IsPrimitive
        ? Marshal.SizeOf(type)
        : type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Max(f => AlignmentOf(f.FieldType));
}
