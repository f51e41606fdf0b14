namespace PlamoNative.Runtime.Tokenization.Training;

/// <summary>How often each piece stands in the best segmentations: what the finished tokenizer will do.</summary>
internal sealed class BestPathWorker(PieceSet pieces, long[] counters) : CorpusPass.ISentenceWorker
{
    private int[] _path = new int[1024];

    public void Take(ReadOnlySpan<char> sentence, long count)
    {
        if (_path.Length < sentence.Length)
        {
            _path = new int[sentence.Length];
        }

        UnigramLattice.Solve(pieces.Automaton, sentence, _path);
        for (var position = 0; position < sentence.Length; position += pieces.Texts[_path[position]].Length)
        {
            counters[_path[position]] += count;
        }
    }
}
