using PlamoNative.Kernels;

namespace PlamoNative.Runtime.Scheduling;

/// <summary>
/// Puts the next tokens of sequences together into passes so that none of them gets other bits than alone. Matrix kernels compute up to
/// <see cref="Gemm.RowsAlike"/> rows in one way and more rows in another, so small runs (decoding, ends of prompts) meet only small ones, up to that
/// many tokens; large runs meet large ones; and a pass of either kind chooses at most that many tokens, since the head's rows are those.
/// </summary>
internal static class PassPlanner
{
    /// <summary>Fills <paramref name="pass"/> with sequences that run together, taken out of <paramref name="waiting"/>, the first of it among them.</summary>
    /// <returns>True for a pass of small runs.</returns>
    internal static bool Next(List<Sequence> waiting, int chunk, List<Sequence> pass)
    {
        pass.Clear();
        var isSmall = IsSmall(waiting[0], chunk);
        var (tokens, rows) = (0, 0);
        for (var i = 0; i < waiting.Count;)
        {
            var length = waiting[i].NextTokens(chunk).Length;
            var wants = waiting[i].WantsLogits(length) ? 1 : 0;
            var limit = isSmall ? Gemm.RowsAlike : chunk;
            var fits = IsSmall(waiting[i], chunk) == isSmall && rows + wants <= Gemm.RowsAlike && (pass.Count == 0 || tokens + length <= limit);
            if (!fits)
            {
                i++;
                continue;
            }

            tokens += length;
            rows += wants;
            pass.Add(waiting[i]);
            waiting.RemoveAt(i);
        }

        return isSmall;
    }

    private static bool IsSmall(Sequence sequence, int chunk) => sequence.NextTokens(chunk).Length <= Gemm.RowsAlike;
}
