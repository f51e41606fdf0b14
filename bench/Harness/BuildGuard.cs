using System.Diagnostics;
using System.Reflection;

namespace PlamoNative.Bench;

/// <summary>Refuses runs whose figures would mean nothing: an attached debugger, or any assembly of ours that was compiled without optimization.</summary>
internal static class BuildGuard
{
    /// <summary>One line saying why this process must not measure, or null.</summary>
    public static string? Problem()
    {
        if (Debugger.IsAttached)
        {
            return "a debugger is attached, which disables optimizations: run without it";
        }

        var assemblies = new[]
        {
            typeof(BuildGuard).Assembly, typeof(Engine.CpuDevice).Assembly, typeof(Kernels.DirectOperators).Assembly, Assembly.GetEntryAssembly() ?? typeof(BuildGuard).Assembly,
        };
        foreach (var assembly in assemblies)
        {
            if (assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled == true)
            {
                return $"{assembly.GetName().Name} was built without optimization: run with `-c Release`";
            }
        }

        return null;
    }
}
