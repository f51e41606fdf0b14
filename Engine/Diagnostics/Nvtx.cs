using System.Runtime.InteropServices;
using System.Text;

namespace PlamoNative.Engine;

/// <summary>
/// Named ranges for NVIDIA's tools. There is no library of NVTX to link: since version 3 a program has the tables of functions itself, and a tool that starts the
/// program names its own library in <c>NVTX_INJECTION64_PATH</c>. That library is loaded, asks for the table, and puts its functions into it. Without a tool there
/// is nothing to load, and a range costs one read of a field. So Nsight Systems and Nsight Compute show our names on a machine whose only NVIDIA file is the driver.
/// </summary>
internal static unsafe class Nvtx
{
    private const int CoreModule = 1;
    private const int CoreFunctions = 16;
    private const int RangePush = 9;
    private const int RangePop = 11;
    private const int CallbacksTable = 1;
    private const int VersionTable = 3;
    private const int InterfaceVersion = 3;

    // The tool keeps these addresses, so they are never freed.
    private static nint* _slots;
    private static nint** _slotPointers;
    private static ExportTable* _exports;
    private static bool _isOn;

    /// <summary>Whether a tool listens.</summary>
    internal static bool IsOn => _isOn;

    static Nvtx() => Attach(Environment.GetEnvironmentVariable("NVTX_INJECTION64_PATH"));

    /// <summary>Loads a tool's library and gives it the table; false where it is not there or does not want it.</summary>
    internal static bool Attach(string? path)
    {
        if (string.IsNullOrEmpty(path)
            || !NativeLibrary.TryLoad(path, out var library)
            || !NativeLibrary.TryGetExport(library, "InitializeInjectionNvtx2", out var start))
        {
            return _isOn = false;
        }

        Prepare();
        delegate* unmanaged<uint, void*> tables = &TableOf;
        var accepted = ((delegate* unmanaged<delegate* unmanaged<uint, void*>, int>)start)(tables) != 0;
        return _isOn = accepted && _slots[RangePush] != 0 && _slots[RangePop] != 0;
    }

    /// <summary>Opens a range of the calling thread; ranges nest.</summary>
    internal static void Push(string name)
    {
        const int Longest = 256;
        Span<byte> text = stackalloc byte[Longest];
        Encoding.UTF8.TryGetBytes(name.AsSpan(0, Math.Min(name.Length, Longest / 4)), text, out var length);
        text[length] = 0;
        fixed (byte* pointer = text)
        {
            _ = ((delegate* unmanaged<byte*, int>)_slots[RangePush])(pointer);
        }
    }

    /// <summary>Ends the innermost range of the calling thread.</summary>
    internal static void Pop() => _ = ((delegate* unmanaged<int>)_slots[RangePop])();

    private static void Prepare()
    {
        if (_slots is not null)
        {
            return;
        }

        _slots = (nint*)NativeMemory.AllocZeroed(CoreFunctions, (nuint)sizeof(nint));
        _slotPointers = (nint**)NativeMemory.AllocZeroed(CoreFunctions, (nuint)sizeof(nint));
        for (var i = 1; i < CoreFunctions; i++)
        {
            _slotPointers[i] = &_slots[i];
        }

        _exports = (ExportTable*)NativeMemory.AllocZeroed(2, (nuint)sizeof(ExportTable));
        _exports[0] = new ExportTable { Bytes = (nuint)(2 * sizeof(nint)), First = (nint)(delegate* unmanaged<int, nint***, uint*, int>)&ModuleTable };
        _exports[1] = new ExportTable { Bytes = (nuint)sizeof(ExportTable), First = InterfaceVersion, Second = (nint)(delegate* unmanaged<uint, void>)&TakeVersion };
    }

    /// <summary>The two tables that a tool asks for: where the functions go, and which version of the interface this is.</summary>
    [UnmanagedCallersOnly]
    private static void* TableOf(uint number) => number switch
    {
        CallbacksTable => &_exports[0],
        VersionTable => &_exports[1],
        _ => null,
    };

    /// <summary>Gives the table of one module's functions: an array of pointers to where each function's address is kept.</summary>
    [UnmanagedCallersOnly]
    private static int ModuleTable(int module, nint*** table, uint* size)
    {
        if (module != CoreModule)
        {
            return 0;
        }

        *table = _slotPointers;
        if (size is not null)
        {
            *size = CoreFunctions;
        }

        return 1;
    }

    [UnmanagedCallersOnly]
    private static void TakeVersion(uint version)
    {
        // Only ranges are used here, which every version of a tool takes alike.
    }

    /// <summary>Either table as the tool reads it: its size, then a function; or its size, a number with 4 unused bytes, then a function.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ExportTable
    {
        internal nuint Bytes;
        internal nint First;
        internal nint Second;
    }
}
