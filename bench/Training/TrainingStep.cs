using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;
using PlamoNative.Training.Data;
using PlamoNative.Training.Loop;
using PlamoNative.Training.Models;
using PlamoNative.Training.Optimizers;

namespace PlamoNative.Bench;

/// <summary>
/// What a run does between two batches, with the parts that a run has: gradients set to zero, forward and backward, the global norm, the optimizer's step. It has a
/// device of its own, whose memory holds nothing else.
/// </summary>
internal sealed class TrainingStep : IDisposable
{
    private const double LearningRate = 1e-4;
    private const double ClipNorm = 1;

    private readonly TrainableModel _model;
    private readonly AdamWOptimizer _optimizer;
    private readonly GradientPass _pass;
    private readonly long _modelBytes;
    private readonly long _gradientBytes;
    private readonly long _fixedBytes;
    private long _steps;

    /// <summary>Makes a model of random weights and an optimizer.</summary>
    /// <param name="configuration">The shape.</param>
    /// <param name="threads">Threads of the device.</param>
    /// <param name="recomputes">Whether only the layers' inputs are kept.</param>
    public TrainingStep(Plamo2Configuration configuration, int threads, bool recomputes)
    {
        Device = new CpuDevice(threads);
        _model = TrainableModel.Create(new RandomWeights(configuration, 1), Device);
        _gradientBytes = _model.Parameters.Sum(static parameter => parameter.Gradient.DType.Bytes(parameter.Gradient.ElementCount));
        _modelBytes = Device.Memory.LiveBytes - _gradientBytes;
        _optimizer = new AdamWOptimizer(_model, new AdamWSettings(0.9, 0.95, 1e-8, 0.1));
        _pass = new GradientPass(_model) { Recomputes = recomputes };
        _fixedBytes = Device.Memory.LiveBytes;
    }

    /// <summary>Where it runs.</summary>
    public CpuDevice Device { get; }

    /// <summary>Values that are trained.</summary>
    public long ParameterCount => _model.ParameterCount;

    /// <summary>The most tensor bytes that were live at once so far, by what held them.</summary>
    public StepMemory Memory => new(
        _modelBytes, _gradientBytes, _fixedBytes - _modelBytes - _gradientBytes, Device.Memory.PeakLiveBytes - _fixedBytes);

    /// <summary>One whole step.</summary>
    public void Run(TrainingBatch batch)
    {
        _model.ZeroGradients();
        AddGradients(batch);
        _optimizer.Step(++_steps, LearningRate, _optimizer.GradientNorm(), ClipNorm);
    }

    /// <summary>Forward and backward alone: what grows with a batch.</summary>
    public void AddGradients(TrainingBatch batch) => _pass.AddGradients(batch, batch.TargetCount);

    /// <summary>What a steady step takes from the system and the garbage collector, after two steps that fill the pools.</summary>
    public SteadyAllocations MeasureAllocations(TrainingBatch batch)
    {
        const int Steps = 2;
        Run(batch);
        Run(batch);
        var (system, thread, all) = (Device.Memory.SystemAllocations, GC.GetAllocatedBytesForCurrentThread(), GC.GetTotalAllocatedBytes(precise: true));
        for (var i = 0; i < Steps; i++)
        {
            Run(batch);
        }

        return new SteadyAllocations(
            (GC.GetAllocatedBytesForCurrentThread() - thread) / (double)Steps,
            (GC.GetTotalAllocatedBytes(precise: true) - all) / (double)Steps,
            (Device.Memory.SystemAllocations - system) / (double)Steps);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pass.Dispose();
        _optimizer.Dispose();
        _model.Dispose();
        Device.Dispose();
    }
}
