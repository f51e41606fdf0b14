using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Training.Models;

namespace PlamoNative.Training.Optimizers;

/// <summary>AdamW over all parameters of a model, with clipping by the global norm: moments, and float32 masters of bfloat16 matrices.</summary>
public sealed class AdamWOptimizer : IDisposable
{
    private readonly TrainableModel _model;
    private readonly AdamWParameter[] _parameters;
    private readonly Tensor[] _gradients;

    /// <summary>Prepares the first step: moments of 0, masters equal to the values.</summary>
    /// <param name="model">What is trained; it must outlive this object.</param>
    /// <param name="settings">The constants.</param>
    /// <exception cref="ArgumentOutOfRangeException">A constant is outside of its range.</exception>
    public AdamWOptimizer(TrainableModel model, AdamWSettings settings)
    {
        ArgumentNullException.ThrowIfNull(model);
        settings.Check();
        _model = model;
        Settings = settings;
        _gradients = [.. model.Parameters.Select(static parameter => parameter.Gradient)];
        _parameters = [.. model.Parameters.Select((parameter, i) => Begin(parameter.Values, parameter.Gradient, model.Decays[i]))];
    }

    /// <summary>The constants.</summary>
    public AdamWSettings Settings { get; }

    /// <summary>What is kept of every parameter, in the model's order.</summary>
    internal ReadOnlySpan<AdamWParameter> Parameters => _parameters;

    /// <summary>√Σ g² over all gradients; NaN or infinite when one is.</summary>
    public double GradientNorm() => Kernels.GradientNorm.Of(_gradients);

    /// <summary>Changes the parameters by their gradients.</summary>
    /// <param name="step">s, from 1.</param>
    /// <param name="learningRate">The step's rate.</param>
    /// <param name="gradientNorm">From <see cref="GradientNorm"/>.</param>
    /// <param name="clipNorm">The largest norm that gradients keep; 0: no clipping.</param>
    public void Step(long step, double learningRate, double gradientNorm, double clipNorm)
    {
        var scale = clipNorm > 0 ? Kernels.GradientNorm.ClipFactor(gradientNorm, clipNorm) : 1;
        AdamW.Step(_parameters, Settings, learningRate, step, scale);
        foreach (var parameter in _model.Parameters)
        {
            parameter.MarkModified("the optimizer's step");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var parameter in _parameters)
        {
            parameter.FirstMoment.Dispose();
            parameter.SecondMoment.Dispose();
            parameter.Master?.Dispose();
        }
    }

    private static AdamWParameter Begin(Tensor value, Tensor gradient, bool decays)
    {
        var (first, second) = (Like(gradient), Like(gradient));
        Pointwise.Fill(first, 0);
        Pointwise.Fill(second, 0);
        Tensor? master = null;
        if (value.DType != gradient.DType)
        {
            master = Like(gradient);
            Casting.Run(value, master);
        }

        return new AdamWParameter(value, gradient, first, second, decays, master);
    }

    private static Tensor Like(Tensor tensor) => Tensor.Allocate(tensor.Device, tensor.Shape, tensor.DType);
}
