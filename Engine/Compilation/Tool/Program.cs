using System.Reflection;
using PlamoNative.Compilation;
using PlamoNative.Compilation.Tool;

try
{
    var options = Arguments.Parse(args);
    var compiler = new KernelCompiler(Assembly.LoadFrom(Path.GetFullPath(options.Assembly)));
    return ShowCommand.Run(compiler, options);
}
catch (Exception e) when (e is KernelCompilationException or ArgumentException or IOException or BadImageFormatException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
