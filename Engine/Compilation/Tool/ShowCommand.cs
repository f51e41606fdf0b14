using System.Diagnostics;

namespace PlamoNative.Compilation.Tool;

/// <summary>For people: compiles the chosen kernels, prints or writes the PTX, and says what the assembler makes of it.</summary>
internal static class ShowCommand
{
    public static int Run(KernelCompiler compiler, Arguments options)
    {
        var chosen = compiler.Kernels.Where(k => options.Kernel == null || k.Name == options.Kernel || k.Name.StartsWith(options.Kernel + ".", StringComparison.Ordinal)).ToArray();
        if (chosen.Length == 0)
        {
            throw new ArgumentException($"no kernel '{options.Kernel}' among: {string.Join(", ", compiler.Kernels.Select(k => k.Name))}");
        }

        var failures = 0;
        foreach (var kernel in chosen)
        {
            foreach (var target in options.Targets.Count > 0 ? options.Targets.Where(t => t.Has(PtxTarget.Parse(kernel.Declaration.Architecture))) : kernel.Targets)
            {
                try
                {
                    failures += Show(compiler.Compile(kernel, target, options.Lines), options) ? 0 : 1;
                }
                catch (KernelCompilationException e)
                {
                    Console.Error.WriteLine(e.Message);
                    failures++;
                }
            }
        }

        return failures == 0 ? 0 : 1;
    }

    private static bool Show(CompiledPtx compiled, Arguments options)
    {
        var folder = options.Out ?? (options.Assembler != null ? Directory.CreateTempSubdirectory("plamo-ptx").FullName : null);
        if (folder == null)
        {
            Console.Write(compiled.Text);
            return true;
        }

        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{compiled.Kernel.Name}.{compiled.Target.Directive}.ptx");
        File.WriteAllText(file, compiled.Text);
        Console.WriteLine($"{file}: {compiled.ParameterBytes} bytes of parameters, {compiled.StaticSharedBytes} of shared memory{(compiled.UsesDynamicShared ? " and more at launch" : "")}");
        return options.Assembler == null || Assemble(options.Assembler, file, compiled, options.Lines);
    }

    private static bool Assemble(string assembler, string file, CompiledPtx compiled, bool lines)
    {
        var start = new ProcessStartInfo(assembler) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-v", "-arch=" + compiled.Target.Directive, file, "-o", Path.ChangeExtension(file, ".cubin"), .. lines ? (string[])["-lineinfo"] : []])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        Console.Write(process.StandardOutput.ReadToEnd());
        Console.Write(error.GetAwaiter().GetResult());
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
