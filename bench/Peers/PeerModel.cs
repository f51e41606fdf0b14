using PlamoNative.Engine;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Bench.Peers;

/// <summary>The file that both engines run: plamo-2-1b with 32 K tokens (1.15 billion parameters), random weights, exported by our own converter.</summary>
internal static class PeerModel
{
    private const int VocabSize = 32768;

    /// <summary>Writes the file unless the folder has it from an earlier run; answers its path.</summary>
    public static string Export(string folder, string preset, DType type)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{preset}-{VocabSize}-{type.Name()}.gguf");
        if (!File.Exists(path))
        {
            Console.Error.WriteLine($"writing {path}");
            var configuration = Plamo2Presets.Get(preset).Configuration with { VocabSize = VocabSize };
            GgufModelWriter.Write(path, new TiledWeights(configuration), SyntheticVocabulary.Create(VocabSize), type, preset);
        }

        return path;
    }
}
