using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Runtime.Checkpoints;

/// <summary>
/// A PLaMo 2 model in one GGUF file. The file's norms hold their offsets already and are used so: taking an offset out again would not give the bits back.
/// Its <c>ssm_a</c> is <c>-exp(A_log)</c>; <c>A_log = log(-a)</c> is computed in float64 and rounded once.
/// </summary>
/// <remarks>Files without our keys say nothing about windows: all attention layers are then full, as llama.cpp has it, and a notice says so.</remarks>
internal static class GgufModel
{
    /// <summary>Opens a file; see <see cref="ModelLoader.Open"/>.</summary>
    public static LoadedModel Open(string path, Device device, ModelLoadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var file = GgufFile.Open(path);
        var reader = new GgufConfigurationReader(file);
        var configuration = reader.Read(options);
        var tokenizer = GgufTokenizer.Read(file);
        tokenizer?.CheckAgainst(configuration.VocabSize, path);
        using var loader = new ParameterLoader(device, options.IsFloat64);
        var model = new Plamo2Model(configuration, device, slot => Load(file, loader, slot));
        return new LoadedModel(path, model, tokenizer, reader.Notices);
    }

    private static ModelParameter Load(GgufFile file, ParameterLoader loader, WeightSlot slot)
    {
        if (!file.TryGet(slot.GgufName, out var entry))
        {
            throw new ModelFormatException(file.Path, $"tensor '{slot.GgufName}'", $"a tensor of shape {new Shape(slot.Shape)}", "none");
        }

        var parameter = loader.Load(slot, entry, normOffset: 0);
        if (slot.Role == WeightRole.ALog)
        {
            TakeLogarithm(file, entry, parameter.Values);
        }

        return parameter;
    }

    private static void TakeLogarithm(GgufFile file, TensorEntry entry, Tensor values)
    {
        var logarithms = values.DType == DType.Float64 ? values.ToArray<double>() : Array.ConvertAll(values.ToArray<float>(), static value => (double)value);
        for (var i = 0; i < logarithms.Length; i++)
        {
            var a = logarithms[i];
            if (!(a < 0) || !double.IsFinite(a))
            {
                values.Dispose();
                throw new ModelFormatException(file.Path, FormattableString.Invariant($"tensor '{entry.Name}' element {i}"), "a negative number", FormattableString.Invariant($"{a}"));
            }

            logarithms[i] = PortableMath.Log(-a);
        }

        if (values.DType == DType.Float64)
        {
            values.CopyFrom<double>(logarithms);
        }
        else
        {
            values.CopyFrom<float>(Array.ConvertAll(logarithms, static value => (float)value));
        }
    }
}
