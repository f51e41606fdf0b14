using System.Runtime.InteropServices;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Training.Data;

/// <summary>Turns groups of documents into ids. One instance a thread.</summary>
internal sealed class DocumentTokenizer(PlamoTokenizer tokenizer, CorpusOptions corpus, ShardOptions options)
{
    private readonly DocumentDecoder _decoder = new(corpus);

    /// <summary>Tokenizes a group; what goes wrong is kept in it, so that the first error in the order of the documents is the one that is reported.</summary>
    internal void Run(TokenizedGroup group)
    {
        group.ClearResults();
        try
        {
            foreach (ref readonly var document in group.Source.Documents)
            {
                _decoder.Decode(document, group.Source[document]);
                group.Add(Tokenize(group.Ids));
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            group.Failure = failure;
        }
    }

    private TokenizedDocument Tokenize(List<int> ids)
    {
        var start = ids.Count;
        var firstTarget = 0;
        if (options.AddBos)
        {
            ids.Add(tokenizer.BosId!.Value);
        }

        // The two parts are encoded apart: no token spans what is learned and what is not.
        if (_decoder.HasPrompt)
        {
            tokenizer.Encode(_decoder.Prompt, ids);
            firstTarget = ids.Count - start;
        }

        tokenizer.Encode(_decoder.Text, ids);
        var isEmpty = _decoder.Prompt.IsEmpty && _decoder.Text.IsEmpty;
        if (options.AddEos)
        {
            ids.Add(tokenizer.EosId!.Value);
        }

        var count = ids.Count - start;
        if (isEmpty || count < 2)
        {
            CollectionsMarshal.SetCount(ids, start);
            return default;
        }

        return new TokenizedDocument(count, firstTarget, _decoder.Prompt.Length + _decoder.Text.Length, (uint)_decoder.TextBytes, HeldOutHash.IsHeldOut(_decoder.All, options.HeldOutFraction));
    }
}
