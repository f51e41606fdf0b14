using PlamoNative.Autograd;
using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Training.Models;

/// <summary>A model whose every tensor is a parameter: values in memory of their own, and a gradient beside them under the Hugging Face name.</summary>
public sealed class TrainableModel : IDisposable
{
    private TrainableModel(Plamo2Model model)
    {
        Model = model;
        Parameters = [.. model.Parameters.Select(static p => new Parameter(
            p.Slot.Name, p.Values, p.Weight is TensorWeight weight && weight.Values != p.Values ? [weight.Values] : []))];
        Slots = [.. model.Parameters.Select(static p => p.Slot)];
        Decays = [.. Slots.Select(static slot => slot.Role == WeightRole.Linear)];
        var head = model.Configuration.TieWordEmbeddings ? WeightTable.Embedding(model.Configuration) : WeightTable.Head(model.Configuration);
        Head = Parameters[Array.FindIndex(Slots, slot => slot.Name == head.Name)];
    }

    /// <summary>The model, as inference knows it.</summary>
    public Plamo2Model Model { get; }

    /// <summary>The model's shape.</summary>
    public Plamo2Configuration Configuration => Model.Configuration;

    /// <summary>All parameters, first to last; a tied head is the embedding and counts once.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>What the final hidden states are multiplied with: [V, h].</summary>
    public Parameter Head { get; }

    /// <summary>Values of all parameters.</summary>
    public long ParameterCount => Parameters.Sum(static parameter => parameter.Values.ElementCount);

    /// <summary>Whether weight decay applies to a parameter: to matrices and embeddings, not to norms, convolutions and the scan's own.</summary>
    internal bool[] Decays { get; }

    /// <summary>Where each parameter belongs.</summary>
    internal WeightSlot[] Slots { get; }

    /// <summary>Copies weights into a trainable model.</summary>
    /// <param name="weights">Random ones, or those of a loaded model.</param>
    /// <param name="device">Where.</param>
    /// <param name="precision">float32; bfloat16: matrices are held in it; float64: the exact mode, for proofs.</param>
    public static TrainableModel Create(WeightSource weights, Device device, DType precision = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (precision is not (DType.Float32 or DType.Float64 or DType.BFloat16))
        {
            throw new ConfigurationException("training", "precision", "float32, bfloat16 or float64", precision.Name());
        }

        return new TrainableModel(weights.CreateModel(device, precision));
    }

    /// <summary>Sets all gradients to zero.</summary>
    public void ZeroGradients()
    {
        foreach (var parameter in Parameters)
        {
            parameter.ZeroGradient();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var parameter in Parameters)
        {
            parameter.Dispose();
        }

        Model.Dispose();
    }
}
