using PlamoNative.Autograd;
using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Training.Models;

namespace PlamoNative.Training.Optimizers;

/// <summary>An exponential moving average of the weights: <c>average += (1 - decay) (value - average)</c> after every step.</summary>
internal sealed class WeightAverage : IDisposable
{
    private const long ExchangeLength = 1 << 16;

    private readonly AdamWParameter[] _parameters;
    private readonly TrainableModel _model;
    private readonly double _decay;

    /// <summary>Begins with the weights as they are.</summary>
    internal WeightAverage(TrainableModel model, AdamWOptimizer optimizer, double decay)
    {
        (_model, _decay) = (model, decay);
        _parameters = optimizer.Parameters.ToArray();
        Values = [.. _parameters.Select(static parameter =>
        {
            var exact = parameter.Master ?? parameter.Value;
            var copy = Tensor.Allocate(exact.Device, exact.Shape, exact.DType);
            copy.CopyFrom(exact);
            return copy;
        })];
    }

    /// <summary>The averages in the model's order, as exact as the weights.</summary>
    internal Tensor[] Values { get; }

    /// <summary>Takes the step's new weights in. Early on the average follows faster, so that the first weights do not linger.</summary>
    internal void Step(long step)
    {
        var decay = Math.Min(_decay, (1.0 + step) / (10.0 + step));
        for (var i = 0; i < Values.Length; i++)
        {
            MovingAverage.Step(Values[i], _parameters[i].Master ?? _parameters[i].Value, decay);
        }
    }

    /// <summary>Exchanges the model's weights and the averages: a second call undoes it. A bfloat16 weight becomes the average's nearest.</summary>
    internal void Swap()
    {
        for (var i = 0; i < Values.Length; i++)
        {
            var exact = _parameters[i].Master ?? _parameters[i].Value;
            Exchange(exact, Values[i]);
            if (_parameters[i].Master is { } master)
            {
                Casting.Run(master, _parameters[i].Value);
            }

            _model.Parameters[i].MarkModified("the exchange with averaged weights");
        }
    }

    public void Dispose()
    {
        foreach (var value in Values)
        {
            value.Dispose();
        }
    }

    private static void Exchange(Tensor left, Tensor right)
    {
        var count = left.ElementCount;
        using var kept = Tensor.Allocate(left.Device, new Shape(Math.Min(count, ExchangeLength)), left.DType);
        using var flatLeft = left.Reshape(new Shape(count));
        using var flatRight = right.Reshape(new Shape(count));
        for (var done = 0L; done < count; done += ExchangeLength)
        {
            var length = Math.Min(ExchangeLength, count - done);
            using var buffer = kept.Narrow(0, 0, length);
            using var from = flatLeft.Narrow(0, done, length);
            using var to = flatRight.Narrow(0, done, length);
            buffer.CopyFrom(from);
            from.CopyFrom(to);
            to.CopyFrom(buffer);
        }
    }
}
