using System.Runtime.InteropServices;
using System.Text;

namespace PlamoNative.Engine;

/// <content>Modules, functions and launches.</content>
internal sealed unsafe partial class NativeCudaDriver
{
    private nint _linkCreate, _linkAdd, _linkComplete, _linkDestroy;
    private nint _load, _unload, _function, _functionAttribute, _setFunctionAttribute, _occupancy, _launch, _launchExtended;

    /// <inheritdoc/>
    internal override int Link(ReadOnlySpan<byte> ptx, in CudaModuleOptions options, out byte[] cubin, out string log)
    {
        const int InputIsPtx = 1;
        using var jit = new JitOptions(in options);
        nint state = 0;
        var code = ((delegate* unmanaged<uint, int*, nint*, nint*, int>)Find(ref _linkCreate, "cuLinkCreate_v2"))((uint)jit.Count, jit.Numbers, jit.Values, &state);
        cubin = [];
        try
        {
            fixed (byte* text = ptx)
            fixed (byte* name = "kernel.ptx\0"u8)
            {
                code = code != CudaResult.Success
                    ? code
                    : ((delegate* unmanaged<nint, int, byte*, nuint, byte*, uint, int*, nint*, int>)Find(ref _linkAdd, "cuLinkAddData_v2"))(
                        state, InputIsPtx, text, (nuint)ptx.Length, name, 0, null, null);
            }

            byte* image = null;
            nuint bytes = 0;
            code = code != CudaResult.Success
                ? code
                : ((delegate* unmanaged<nint, byte**, nuint*, int>)Find(ref _linkComplete, "cuLinkComplete"))(state, &image, &bytes);
            if (code == CudaResult.Success)
            {
                cubin = new ReadOnlySpan<byte>(image, checked((int)bytes)).ToArray();
            }
        }
        finally
        {
            log = jit.Log;
            if (state != 0)
            {
                // The image is the linker's and ends with it.
                _ = ((delegate* unmanaged<nint, int>)Find(ref _linkDestroy, "cuLinkDestroy"))(state);
            }
        }

        return code;
    }

    /// <inheritdoc/>
    internal override int LoadModule(ReadOnlySpan<byte> image, in CudaModuleOptions options, out nint module, out string log)
    {
        using var jit = new JitOptions(in options);
        nint loaded = 0;
        fixed (byte* bytes = image)
        {
            var code = ((delegate* unmanaged<nint*, byte*, uint, int*, nint*, int>)Find(ref _load, "cuModuleLoadDataEx"))(
                &loaded, bytes, (uint)jit.Count, jit.Numbers, jit.Values);
            (module, log) = (loaded, jit.Log);
            return code;
        }
    }

    /// <inheritdoc/>
    internal override int UnloadModule(nint module) => ((delegate* unmanaged<nint, int>)Find(ref _unload, "cuModuleUnload"))(module);

    /// <inheritdoc/>
    internal override int GetFunction(nint module, string name, out nint function)
    {
        fixed (nint* result = &function)
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
        {
            return ((delegate* unmanaged<nint*, nint, byte*, int>)Find(ref _function, "cuModuleGetFunction"))(result, module, text);
        }
    }

    /// <inheritdoc/>
    internal override int GetFunctionAttribute(nint function, CudaFunctionAttribute attribute, out int value)
    {
        fixed (int* result = &value)
        {
            return ((delegate* unmanaged<int*, int, nint, int>)Find(ref _functionAttribute, "cuFuncGetAttribute"))(result, (int)attribute, function);
        }
    }

    /// <inheritdoc/>
    internal override int SetFunctionAttribute(nint function, CudaFunctionAttribute attribute, int value) =>
        ((delegate* unmanaged<nint, int, int, int>)Find(ref _setFunctionAttribute, "cuFuncSetAttribute"))(function, (int)attribute, value);

    /// <inheritdoc/>
    internal override int GetOccupancy(nint function, int blockThreads, int dynamicSharedBytes, out int blocks)
    {
        fixed (int* result = &blocks)
        {
            return ((delegate* unmanaged<int*, nint, int, nuint, int>)Find(ref _occupancy, "cuOccupancyMaxActiveBlocksPerMultiprocessor"))(
                result, function, blockThreads, (nuint)dynamicSharedBytes);
        }
    }

    /// <inheritdoc/>
    internal override int Launch(in CudaLaunch launch, ReadOnlySpan<byte> parameters)
    {
        // The whole buffer is handed over at once: end, pointer and size are told by these marks.
        const nint BufferPointer = 1;
        const nint BufferSize = 2;
        var bytes = (nuint)parameters.Length;
        fixed (byte* buffer = parameters)
        {
            var extra = stackalloc nint[5] { BufferPointer, (nint)buffer, BufferSize, (nint)(&bytes), 0 };
            if (launch.ClusterSize > 0)
            {
                return LaunchExtended(in launch, bytes == 0 ? null : extra);
            }

            return ((delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, nint*, nint*, int>)Find(ref _launch, "cuLaunchKernel"))(
                launch.Function,
                (uint)launch.Grid.X,
                (uint)launch.Grid.Y,
                (uint)launch.Grid.Z,
                (uint)launch.BlockThreads,
                1,
                1,
                (uint)launch.DynamicSharedBytes,
                launch.Stream,
                null,
                bytes == 0 ? null : extra);
        }
    }

    private int LaunchExtended(in CudaLaunch launch, nint* extra)
    {
        var cluster = new LaunchAttribute { Number = LaunchAttribute.ClusterDimension, X = (uint)launch.ClusterSize, Y = 1, Z = 1 };
        var configuration = new LaunchConfiguration
        {
            GridX = (uint)launch.Grid.X,
            GridY = (uint)launch.Grid.Y,
            GridZ = (uint)launch.Grid.Z,
            BlockX = (uint)launch.BlockThreads,
            BlockY = 1,
            BlockZ = 1,
            SharedBytes = (uint)launch.DynamicSharedBytes,
            Stream = launch.Stream,
            Attributes = &cluster,
            AttributeCount = 1,
        };
        return ((delegate* unmanaged<LaunchConfiguration*, nint, nint*, nint*, int>)Find(ref _launchExtended, "cuLaunchKernelEx"))(
            &configuration, launch.Function, null, extra);
    }

    /// <summary>The driver's <c>CUlaunchAttribute</c>: a number, then 64 bytes of which a cluster's three sizes take the first 12.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 72)]
    private struct LaunchAttribute
    {
        internal const int ClusterDimension = 4;

        [FieldOffset(0)]
        internal int Number;

        [FieldOffset(8)]
        internal uint X;

        [FieldOffset(12)]
        internal uint Y;

        [FieldOffset(16)]
        internal uint Z;
    }

    /// <summary>The driver's <c>CUlaunchConfig</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct LaunchConfiguration
    {
        internal uint GridX;
        internal uint GridY;
        internal uint GridZ;
        internal uint BlockX;
        internal uint BlockY;
        internal uint BlockZ;
        internal uint SharedBytes;
        internal nint Stream;
        internal LaunchAttribute* Attributes;
        internal uint AttributeCount;
    }
}
