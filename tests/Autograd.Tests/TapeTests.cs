using PlamoNative.Engine;
using PlamoNative.Kernels;
using Xunit;

namespace PlamoNative.Autograd.Tests;

/// <summary>The tape itself: views, shared gradients, in-place changes, hooks, recomputation, memory.</summary>
public sealed class TapeTests : IDisposable
{
    private readonly CpuDevice _device = new(2);

    [Fact]
    public void Gradients_of_two_uses_are_added()
    {
        using var tape = new Tape(_device);
        var ops = new RecordingOperators(tape);
        using var p = Leaf("p", [1.0, 2.0, 3.0, 4.0], 2, 2);
        var y = ops.Add(ops.Add(p.Values, p.Values), p.Values);
        tape.Backward(y, Filled(y.Shape, 1));
        Assert.Equal([3.0, 3.0, 3.0, 3.0], p.Gradient.AsSpan<double>().ToArray());
    }

    [Fact]
    public void Gradients_of_slices_land_in_their_places_and_what_nobody_used_is_zero()
    {
        using var tape = new Tape(_device);
        var ops = new RecordingOperators(tape);
        using var p = Leaf("p", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2, 3);
        var stored = ops.Add(p.Values, Filled(p.Values.Shape, 0));
        var left = stored.Narrow(1, 0, 1);
        var right = stored.Narrow(1, 2, 1);
        var y = ops.Add(left, right);
        var z = ops.Add(y, stored.Narrow(1, 2, 1));
        tape.Backward(z, Filled(z.Shape, 1));
        Assert.Equal([1.0, 0.0, 2.0, 1.0, 0.0, 2.0], p.Gradient.AsSpan<double>().ToArray());
    }

    [Fact]
    public void Overlapping_slices_add_up()
    {
        using var tape = new Tape(_device);
        var ops = new RecordingOperators(tape);
        using var p = Leaf("p", [1.0, 2.0, 3.0], 1, 3);
        var stored = ops.Add(p.Values, Filled(p.Values.Shape, 0));
        var y = ops.Add(stored.Narrow(1, 0, 2), stored.Narrow(1, 1, 2));
        tape.Backward(y, Filled(y.Shape, 1));
        Assert.Equal([1.0, 2.0, 1.0], p.Gradient.AsSpan<double>().ToArray());
    }

    [Fact]
    public void A_change_in_place_of_a_saved_tensor_names_both_places()
    {
        using var tape = new Tape(_device);
        var ops = new RecordingOperators(tape);
        using var p = Leaf("p", [1.0, 2.0], 1, 2);
        var gateUp = ops.Add(p.Values, p.Values);
        var y = ops.SwiGlu(gateUp);
        Variable.Of(tape, gateUp).AddInPlace(Filled(gateUp.Shape, 1));
        var exception = Assert.Throws<InvalidOperationException>(() => tape.Backward(y, Filled(y.Shape, 1)));
        Assert.Contains("SwiGLU (operation 1 on the tape)", exception.Message, StringComparison.Ordinal);
        Assert.Contains("AddInPlace in " + nameof(A_change_in_place_of_a_saved_tensor_names_both_places), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_gradients_nothing_is_recorded_and_a_detached_variable_is_a_constant()
    {
        using var tape = new Tape(_device);
        var ops = new RecordingOperators(tape);
        using var p = Leaf("p", [1.0, 2.0], 1, 2);
        using (tape.NoGradient())
        {
            ops.Add(p.Values, p.Values);
        }

        Assert.Equal(0, tape.Count);
        ops.Add(Variable.Of(tape, p).Detach().Value, Filled(p.Values.Shape, 1));
        Assert.Equal(0, tape.Count);
    }

    [Fact]
    public void A_hook_sees_the_complete_gradient_and_may_change_it()
    {
        using var tape = new Tape(_device);
        var ops = new RecordingOperators(tape);
        using var p = Leaf("p", [1.0, 2.0], 1, 2);
        var middle = ops.Add(p.Values, Filled(p.Values.Shape, 0));
        var y = ops.Add(middle, middle);
        double[] seen = [];
        Variable.Of(tape, middle).OnGradient(gradient =>
        {
            seen = gradient.AsSpan<double>().ToArray();
            Pointwise.Affine(gradient, 10, 0, gradient);
        });
        tape.Backward(y, Filled(y.Shape, 1));
        Assert.Equal([2.0, 2.0], seen);
        Assert.Equal([20.0, 20.0], p.Gradient.AsSpan<double>().ToArray());
    }

    [Fact]
    public void A_tensor_of_another_tape_is_refused()
    {
        using var tape = new Tape(_device);
        using var other = new Tape(_device);
        using var p = Leaf("p", [1.0, 2.0], 1, 2);
        var foreign = new RecordingOperators(other).Add(p.Values, p.Values);
        Assert.Throws<InvalidOperationException>(() => new RecordingOperators(tape).Add(foreign, foreign));
    }

    [Fact]
    public void A_constant_cannot_be_differentiated()
    {
        using var tape = new Tape(_device);
        var constant = Filled(new Shape(1), 1);
        Assert.Throws<InvalidOperationException>(() => tape.Backward(constant));
    }

    public void Dispose() => _device.Dispose();

    private Parameter Leaf(string name, double[] values, params long[] sizes) => new(name, Tensor.FromSpan<double>(_device, new Shape(sizes), values));

    private Tensor Filled(Shape shape, double value)
    {
        var tensor = Tensor.Allocate(_device, shape, DType.Float64);
        tensor.AsSpan<double>().Fill(value);
        return tensor;
    }
}
