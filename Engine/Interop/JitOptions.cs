using System.Runtime.InteropServices;
using System.Text;

namespace PlamoNative.Engine;

/// <summary>Options of the driver's assembler, with room for what it says: parallel arrays of option numbers and pointer-sized values, as the driver wants them.</summary>
internal sealed unsafe class JitOptions : IDisposable
{
    private const int MaximumRegisters = 0;
    private const int InfoLog = 3;
    private const int InfoLogBytes = 4;
    private const int ErrorLog = 5;
    private const int ErrorLogBytes = 6;
    private const int OptimizationLevel = 7;
    private const int LineInformation = 13;
    private const int Most = 8;
    private const int LogBytes = 16 << 10;

    private readonly byte* _logs = (byte*)NativeMemory.AllocZeroed(2 * LogBytes);

    // Values first: they must be aligned as pointers.
    private readonly byte* _table = (byte*)NativeMemory.AllocZeroed(Most * (nuint)(sizeof(nint) + sizeof(int)));

    internal JitOptions(in CudaModuleOptions options)
    {
        Add(InfoLog, (nint)_logs);
        Add(InfoLogBytes, LogBytes);
        Add(ErrorLog, (nint)(_logs + LogBytes));
        Add(ErrorLogBytes, LogBytes);
        Add(OptimizationLevel, options.OptimizationLevel);
        if (options.MaximumRegisters > 0)
        {
            Add(MaximumRegisters, options.MaximumRegisters);
        }

        if (options.HasLineInformation)
        {
            Add(LineInformation, 1);
        }
    }

    internal int Count { get; private set; }

    internal nint* Values => (nint*)_table;

    internal int* Numbers => (int*)(_table + (Most * sizeof(nint)));

    /// <summary>What the assembler said so far, errors first, in lines without empty ones.</summary>
    internal string Log
    {
        get
        {
            var log = $"{Text(_logs + LogBytes)}\n{Text(_logs)}";
            return string.Join("\n", log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_logs);
        NativeMemory.Free(_table);
    }

    private static string Text(byte* log)
    {
        var bytes = new ReadOnlySpan<byte>(log, LogBytes);
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private void Add(int option, nint value)
    {
        Numbers[Count] = option;
        Values[Count++] = value;
    }
}
