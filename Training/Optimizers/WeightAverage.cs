using PlamoNative.Autograd;
using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Training.Models;

namespace PlamoNative.Training.Optimizers;

/// <summary>An exponential moving average of the weights: <c>average += (1 - decay) (value - average)</c> after every step.</summary>
internal sealed class WeightAverage : IDisposable
{
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
    internal unsafe void Swap()
    {
        for (var i = 0; i < Values.Length; i++)
        {
            var exact = _parameters[i].Master ?? _parameters[i].Value;
            var bytes = checked((int)exact.DType.Bytes(exact.ElementCount));
            Exchange(new Span<byte>(exact.Pointer, bytes), new Span<byte>(Values[i].Pointer, bytes));
            if (_parameters[i].Master is { } master)
            {
                var value = _parameters[i].Value;
                TensorConvert.FromSingle(value.DType, master.AsSpan<float>(), new Span<byte>(value.Pointer, checked((int)value.DType.Bytes(value.ElementCount))));
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

    private static void Exchange(Span<byte> left, Span<byte> right)
    {
        Span<byte> buffer = stackalloc byte[4096];
        for (var done = 0; done < left.Length; done += buffer.Length)
        {
            var length = Math.Min(buffer.Length, left.Length - done);
            var kept = buffer[..length];
            left.Slice(done, length).CopyTo(kept);
            right.Slice(done, length).CopyTo(left.Slice(done, length));
            kept.CopyTo(right.Slice(done, length));
        }
    }
}
