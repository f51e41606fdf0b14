using System.Runtime.Loader;
using PlamoNative.Compilation;
using PlamoNative.Compilation.Tool;

string? library = null;
try
{
    var options = Arguments.Parse(args);
    library = options.Library;
    var file = Path.GetFullPath(options.Assembly);

    // What the kernels' assembly refers to lies beside it.
    AssemblyLoadContext.Default.Resolving += (context, name) =>
        Path.Combine(Path.GetDirectoryName(file)!, name.Name + ".dll") is var path && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
    var compiler = new KernelCompiler(AssemblyLoadContext.Default.LoadFromAssemblyPath(file));
    return options.Library == null ? ShowCommand.Run(compiler, options) : LibraryCommand.Run(compiler, options.Library, options.Cache);
}
catch (Exception e) when (e is KernelCompilationException or ArgumentException or IOException or BadImageFormatException)
{
    // In this form a build shows it as an error of its own.
    Console.Error.WriteLine(library == null ? e.Message : $"{Path.GetFileName(library)} : error PLK001: {e.Message}");
    return 1;
}
