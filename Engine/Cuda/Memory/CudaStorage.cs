namespace PlamoNative.Engine;

/// <summary>A block of a GPU's memory as tensors hold it; the object itself is used again.</summary>
internal sealed class CudaStorage : Storage
{
    private readonly CudaMemoryPool _pool;
    private CudaBlock _block;

    internal CudaStorage(CudaMemoryPool pool, CudaBlock block)
        : base(block.Address, block.Bytes)
    {
        _pool = pool;
        _block = block;
    }

    /// <inheritdoc/>
    public override bool IsHostMemory => false;

    internal void Restart(CudaBlock block)
    {
        _block = block;
        Revive(block.Address, block.Bytes);
    }

    /// <inheritdoc/>
    protected override void Free(nint address, bool forgotten) => _pool.Return(_block);

    private protected override bool TryRecycle()
    {
        _pool.Recycle(this);
        return true;
    }
}
