namespace PlamoNative.Engine;

/// <summary>One closed form of a generic GPU kernel.</summary>
/// <param name="suffix">The last part of its name: <c>f32</c>, <c>bf16</c>.</param>
/// <param name="typeArguments">One type for each of the method's type parameters.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class GpuKernelVariantAttribute(string suffix, params Type[] typeArguments) : Attribute
{
    /// <summary>The last part of its name.</summary>
    public string Suffix { get; } = suffix;

    /// <summary>One type for each of the method's type parameters.</summary>
    public IReadOnlyList<Type> TypeArguments { get; } = typeArguments;
}
