using System.Diagnostics;

namespace PlamoNative.Bench;

/// <summary>Plain threads, pinned by nothing, that start together; a ceiling must not depend on the worker pool that it judges.</summary>
internal static class ThreadTeam
{
    /// <summary>Runs <paramref name="work"/> once on each of some threads; seconds from the common start to the last finish.</summary>
    public static double Time(int threads, Action<int> work)
    {
        if (threads == 1)
        {
            var begin = Stopwatch.GetTimestamp();
            work(0);
            return Stopwatch.GetElapsedTime(begin).TotalSeconds;
        }

        using var gate = new Barrier(threads);
        var others = new Thread[threads - 1];
        for (var i = 0; i < others.Length; i++)
        {
            var member = i + 1;
            others[i] = new Thread(() =>
            {
                gate.SignalAndWait();
                work(member);
            });
            others[i].Start();
        }

        gate.SignalAndWait();
        var start = Stopwatch.GetTimestamp();
        work(0);
        foreach (var thread in others)
        {
            thread.Join();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
