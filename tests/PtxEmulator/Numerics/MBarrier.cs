namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// The mbarrier object: PTX ISA "mbarrier". Its 64 bits are opaque to programs; here, from low to high: pending 20, expected 20, tx 21 (signed),
/// phase 3. A token is the word before an arrive. A phase ends when nothing is pending and tx is zero: it is counted up and pending becomes
/// expected. Callers make each step atomic.
/// </summary>
public static class MBarrier
{
    /// <summary>The largest arrival count and the largest magnitude of tx.</summary>
    public const int Limit = (1 << 20) - 1;

    /// <summary>mbarrier.init: phase 0.</summary>
    public static ulong Initialize(uint count) =>
        count is >= 1 and <= Limit ? Pack(0, (int)count, (int)count, 0) : throw new PtxRuleException($"mbarrier.init of count {count}: 1 to {Limit} are allowed");

    /// <summary>Arrivals that the phase still waits for; of a token: mbarrier.pending_count.</summary>
    public static int Pending(ulong state) => (int)(state & Limit);

    /// <summary>Arrivals that each phase starts with.</summary>
    public static int Expected(ulong state) => (int)(state >> 20 & Limit);

    /// <summary>Bytes announced and not yet landed; negative where they landed first.</summary>
    public static int TransactionBytes(ulong state) => (int)((long)(state << 3) >> 43);

    /// <summary>Phases completed, modulo 8; bit 0 is the parity of the current phase.</summary>
    public static int Phase(ulong state) => (int)(state >> 61);

    /// <summary>mbarrier.arrive: returns the token.</summary>
    public static ulong Arrive(ref ulong state, int count = 1)
    {
        var token = state;
        var pending = Pending(token) - count;
        if (count < 1 || pending < 0)
        {
            throw new PtxRuleException($"mbarrier.arrive of {count} where {Pending(token)} arrivals are pending in phase {Phase(token)}");
        }

        state = Check(Pack(Phase(token), Expected(token), pending, TransactionBytes(token)));
        return token;
    }

    /// <summary>mbarrier.arrive.expect_tx: the bytes are announced first.</summary>
    public static ulong ArriveExpect(ref ulong state, int bytes, int count = 1)
    {
        ExpectTransaction(ref state, bytes);
        return Arrive(ref state, count);
    }

    /// <summary>mbarrier.expect_tx: more bytes announced; it completes nothing.</summary>
    public static void ExpectTransaction(ref ulong state, int bytes) => state = Pack(Phase(state), Expected(state), Pending(state), TransactionBytes(state) + bytes);

    /// <summary>Bytes that landed, or mbarrier.complete_tx.</summary>
    public static void CompleteTransaction(ref ulong state, int bytes) =>
        state = Check(Pack(Phase(state), Expected(state), Pending(state), TransactionBytes(state) - bytes));

    /// <summary>mbarrier.arrive_drop: later phases expect fewer, then it arrives.</summary>
    public static ulong ArriveDrop(ref ulong state, int count = 1)
    {
        if (count < 1 || count > Expected(state))
        {
            throw new PtxRuleException($"mbarrier.arrive_drop of {count} where {Expected(state)} are expected");
        }

        var token = state;
        state = Pack(Phase(state), Expected(state) - count, Pending(state), TransactionBytes(state));
        Arrive(ref state, count);
        return token;
    }

    /// <summary>cp.async.mbarrier.arrive when it executes: one more is pending until the thread's copies land (with <c>.noinc</c> this step is left out).</summary>
    public static void AddPending(ref ulong state)
    {
        if (Pending(state) == Limit)
        {
            throw new PtxRuleException($"cp.async.mbarrier.arrive exceeds {Limit} pending arrivals");
        }

        state = Pack(Phase(state), Expected(state), Pending(state) + 1, TransactionBytes(state));
    }

    /// <summary>test_wait.parity, try_wait.parity: whether the phase of that parity is over; parity 1 is on a fresh barrier.</summary>
    public static bool IsParityOver(ulong state, int parity) => (Phase(state) & 1) != (parity & 1);

    /// <summary>test_wait, try_wait by a token: whether the phase in which it was made is over.</summary>
    public static bool IsTokenOver(ulong state, ulong token) => Phase(state) != Phase(token);

    private static ulong Check(ulong state) =>
        Pending(state) == 0 && TransactionBytes(state) == 0 ? Pack(Phase(state) + 1, Expected(state), Expected(state), 0) : state;

    private static ulong Pack(int phase, int expected, int pending, int bytes)
    {
        if (Math.Abs(bytes) > Limit)
        {
            throw new PtxRuleException($"the transaction count {bytes} of an mbarrier exceeds {Limit}");
        }

        return (ulong)(phase & 7) << 61 | (ulong)(bytes & 0x1FFFFF) << 40 | (ulong)expected << 20 | (uint)pending;
    }
}
