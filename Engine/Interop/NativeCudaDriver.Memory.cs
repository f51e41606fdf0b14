namespace PlamoNative.Engine;

/// <content>Memory and copies.</content>
internal sealed unsafe partial class NativeCudaDriver
{
    private nint _memoryInfo, _allocate, _free, _allocateHost, _freeHost, _toDevice, _toHost, _within, _peer, _fill;

    /// <inheritdoc/>
    internal override int GetMemoryInfo(out long free, out long total)
    {
        nuint left = 0, all = 0;
        var code = ((delegate* unmanaged<nuint*, nuint*, int>)Find(ref _memoryInfo, "cuMemGetInfo_v2"))(&left, &all);
        (free, total) = ((long)left, (long)all);
        return code;
    }

    /// <inheritdoc/>
    internal override int Allocate(long bytes, out nint address)
    {
        fixed (nint* result = &address)
        {
            return ((delegate* unmanaged<nint*, nuint, int>)Find(ref _allocate, "cuMemAlloc_v2"))(result, (nuint)bytes);
        }
    }

    /// <inheritdoc/>
    internal override int Free(nint address) => ((delegate* unmanaged<nint, int>)Find(ref _free, "cuMemFree_v2"))(address);

    /// <inheritdoc/>
    internal override int AllocateHost(long bytes, out nint address)
    {
        // Portable: pinned for every context of the process.
        const uint Portable = 1;
        fixed (nint* result = &address)
        {
            return ((delegate* unmanaged<nint*, nuint, uint, int>)Find(ref _allocateHost, "cuMemHostAlloc"))(result, (nuint)bytes, Portable);
        }
    }

    /// <inheritdoc/>
    internal override int FreeHost(nint address) => ((delegate* unmanaged<nint, int>)Find(ref _freeHost, "cuMemFreeHost"))(address);

    /// <inheritdoc/>
    internal override int CopyFromHost(nint destination, nint source, long bytes, nint stream) =>
        ((delegate* unmanaged<nint, nint, nuint, nint, int>)Find(ref _toDevice, "cuMemcpyHtoDAsync_v2"))(destination, source, (nuint)bytes, stream);

    /// <inheritdoc/>
    internal override int CopyToHost(nint destination, nint source, long bytes, nint stream) =>
        ((delegate* unmanaged<nint, nint, nuint, nint, int>)Find(ref _toHost, "cuMemcpyDtoHAsync_v2"))(destination, source, (nuint)bytes, stream);

    /// <inheritdoc/>
    internal override int CopyWithin(nint destination, nint source, long bytes, nint stream) =>
        ((delegate* unmanaged<nint, nint, nuint, nint, int>)Find(ref _within, "cuMemcpyDtoDAsync_v2"))(destination, source, (nuint)bytes, stream);

    /// <inheritdoc/>
    internal override int CopyPeer(nint destination, nint destinationContext, nint source, nint sourceContext, long bytes, nint stream) =>
        ((delegate* unmanaged<nint, nint, nint, nint, nuint, nint, int>)Find(ref _peer, "cuMemcpyPeerAsync"))(
            destination, destinationContext, source, sourceContext, (nuint)bytes, stream);

    /// <inheritdoc/>
    internal override int Fill(nint destination, byte value, long bytes, nint stream) =>
        ((delegate* unmanaged<nint, byte, nuint, nint, int>)Find(ref _fill, "cuMemsetD8Async"))(destination, value, (nuint)bytes, stream);
}
