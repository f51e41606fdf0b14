using System.Runtime.Loader;
using PlamoNative.Compilation;
using PlamoNative.Compilation.Tool;

try
{
    var options = Arguments.Parse(args);
    var file = Path.GetFullPath(options.Assembly);

    // What the kernels' assembly refers to lies beside it.
    AssemblyLoadContext.Default.Resolving += (context, name) =>
        Path.Combine(Path.GetDirectoryName(file)!, name.Name + ".dll") is var path && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
    var compiler = new KernelCompiler(AssemblyLoadContext.Default.LoadFromAssemblyPath(file));
    return ShowCommand.Run(compiler, options);
}
catch (Exception e) when (e is KernelCompilationException or ArgumentException or IOException or BadImageFormatException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
