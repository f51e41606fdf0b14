using System.Reflection;
using System.Reflection.Emit;
using PlamoNative.Engine;

namespace PlamoNative.Compilation.Tests;

/// <summary>Assemblies with one kernel, <c>Written.Kernel</c>, and one function that it calls, alike but for what a test varies.</summary>
internal static class WrittenAssembly
{
    public static Assembly Make(string parameter = "value", MethodImplAttributes flags = MethodImplAttributes.IL, int constant = 1, string version = "1.0")
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName("Written"), typeof(object).Assembly);
        assembly.SetCustomAttribute(new CustomAttributeBuilder(typeof(AssemblyInformationalVersionAttribute).GetConstructor([typeof(string)])!, [version]));
        var type = assembly.DefineDynamicModule("Written").DefineType("Written", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
        var function = type.DefineMethod("Function", MethodAttributes.Public | MethodAttributes.Static, typeof(int), [typeof(int)]);
        function.SetImplementationFlags(flags);
        var code = function.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldc_I4, constant);
        code.Emit(OpCodes.Add);
        code.Emit(OpCodes.Ret);
        var kernel = type.DefineMethod("Kernel", MethodAttributes.Public | MethodAttributes.Static, typeof(void), [typeof(int)]);
        kernel.DefineParameter(1, ParameterAttributes.None, parameter);
        kernel.SetCustomAttribute(new CustomAttributeBuilder(typeof(GpuKernelAttribute).GetConstructor([typeof(int)])!, [32]));
        code = kernel.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Call, function);
        code.Emit(OpCodes.Pop);
        code.Emit(OpCodes.Ret);
        type.CreateType();
        using var bytes = new MemoryStream();
        assembly.Save(bytes);
        return Assembly.Load(bytes.ToArray());
    }

    public static KernelDefinition Kernel(Assembly assembly) => KernelDefinition.Find(assembly).Single();
}
