namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>cp.async of one thread: PTX ISA "Data Movement: cp.async". The bytes of one copy.</summary>
public static class AsyncCopy
{
    /// <summary>Writes copySize bytes: sourceSize of them from the source, the rest zero.</summary>
    /// <exception cref="PtxRuleException">A size that does not exist, or a source larger than the copy.</exception>
    public static void Write(ReadOnlySpan<byte> source, int copySize, int sourceSize, Span<byte> destination)
    {
        if (copySize is not (4 or 8 or 16) || (uint)sourceSize > copySize)
        {
            throw new PtxRuleException($"cp.async of {copySize} bytes with src-size {sourceSize}: sizes are 4, 8, 16, the source at most as many");
        }

        source[..sourceSize].CopyTo(destination);
        destination[sourceSize..copySize].Clear();
    }
}

/// <summary>
/// The copies of one thread that may still be under way: cp.async groups, and in the same way bulk groups. A copy becomes visible when a wait lets
/// its group land; copies not committed wait for none. Take what lands by <see cref="TryLand"/> until it says false.
/// </summary>
/// <typeparam name="T">What a copy is to its owner.</typeparam>
public sealed class AsyncCopyGroups<T>
{
    private readonly Queue<(long Group, T Copy)> _underWay = new();

    /// <summary>The group that is being filled.</summary>
    private long _open;

    /// <summary>Copies under way.</summary>
    public int Count => _underWay.Count;

    /// <summary>cp.async: into the open group.</summary>
    public void Add(T copy) => _underWay.Enqueue((_open, copy));

    /// <summary>cp.async.commit_group; an empty group counts too.</summary>
    public void Commit() => _open++;

    /// <summary>The next copy that wait_group <paramref name="newest"/> waits for: every committed group but the newest ones.</summary>
    public bool TryLand(int newest, out T copy)
    {
        if (_underWay.TryPeek(out var next) && next.Group < _open - newest)
        {
            copy = _underWay.Dequeue().Copy;
            return true;
        }

        copy = default!;
        return false;
    }

    /// <summary>The next copy of those issued so far, committed or not: the end of the thread, or cp.async.mbarrier.arrive.</summary>
    public bool TryLandAny(out T copy)
    {
        var found = _underWay.TryDequeue(out var next);
        copy = next.Copy;
        return found;
    }
}
