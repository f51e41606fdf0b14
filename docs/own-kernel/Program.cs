using PlamoNative.Compilation;
using PlamoNative.Engine;

// 1. Compile: to look at the text of one kernel.
var compiler = new KernelCompiler(typeof(OwnKernel.CapKernels).Assembly);
var target = PtxTarget.Parse(args.Length > 0 ? args[0] : "80");
foreach (var kernel in compiler.Kernels)
{
    Console.WriteLine(compiler.Compile(kernel, target).Text);
}

// 2. All kernels for all of their architectures, as a library that a device loads. A build would write this to a file and embed it as the resource kernels.bin.
var library = KernelLibrary.Read(new KernelLibraryBuilder(compiler, cache: null).Build(), "own kernels");
foreach (var manifest in library.Kernels)
{
    Console.WriteLine($"{manifest.Name} {manifest.Architecture.Target}: {manifest.ParameterBytes} bytes of parameters");
}
