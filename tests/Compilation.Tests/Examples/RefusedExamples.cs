using System.Reflection;
using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Compilation.Tests;

/// <summary>Methods that do not compile. They carry no attribute, so that the library of this assembly's examples stays whole; the tests declare them.</summary>
internal static class RefusedExamples
{
    public static void CallsTheRuntime(ArrayView<float> x) => x[0] = MathF.Exp(x[1]);

    public static void TakesABool(ArrayView<float> x, bool b) => x[0] = b ? 1 : 0;

    public static void WaitsForAVariable(ArrayView<int> x) => CpAsync.WaitGroup(x[0]);

    public static void LoadsMatrixFromGlobal(ArrayView<UInt4> x) => x[0] = LdMatrix.Load4(ref x[1]);

    public static void TooNew(ArrayView<float> x) => x[0] = Wgmma.Elect() ? 1 : 0;

    public static KernelDefinition Declare(string method, string architecture)
        => KernelDefinition.Declare(typeof(RefusedExamples).GetMethod(method, BindingFlags.Static | BindingFlags.Public)!, new GpuKernelAttribute(32) { Architecture = architecture });
}
