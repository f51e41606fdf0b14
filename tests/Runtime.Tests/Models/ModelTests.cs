using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Caches;
using PlamoNative.Runtime.Models;
using Xunit;

namespace PlamoNative.Tests.Runtime.Models;

public sealed class ModelTests : IDisposable
{
    private readonly CpuDevice _device = new(2);

    public static TheoryDataOfNames Names => SmallModels.Names;

    public void Dispose() => _device.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void In_float64_the_model_is_the_plain_reference(string name)
    {
        using var model = SmallModels.Create(name, _device, DType.Float64);
        var tokens = SmallModels.Tokens(40, model.Configuration.VocabSize);
        var expected = SmallModels.Reference(model.Configuration).Forward(tokens).SelectMany(static row => row).ToArray();
        Assert.Equal(DType.Float64, model.ActivationType);
        Assert.InRange(ModelRunner.MaxDifference(expected, ModelRunner.Packed(model, tokens)), 0, 1e-11);
        Assert.InRange(ModelRunner.MaxDifference(expected, ModelRunner.Stepwise(model, tokens, 7, 1)), 0, 1e-11);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void In_float32_the_model_is_near_the_plain_reference_packed_and_stepwise(string name)
    {
        using var model = SmallModels.Create(name, _device);
        var tokens = SmallModels.Tokens(70, model.Configuration.VocabSize);
        var expected = SmallModels.Reference(model.Configuration).Forward(tokens).SelectMany(static row => row).ToArray();
        Assert.InRange(ModelRunner.MaxDifference(expected, ModelRunner.Packed(model, tokens)), 0, 1e-4);
        Assert.InRange(ModelRunner.MaxDifference(expected, ModelRunner.Stepwise(model, tokens, 1)), 0, 1e-4);
        Assert.InRange(ModelRunner.MaxDifference(expected, ModelRunner.Stepwise(model, tokens, 33, 1, 20, 5)), 0, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Packed_documents_do_not_see_each_other(string name)
    {
        using var model = SmallModels.Create(name, _device);
        var c = model.Configuration;
        const int Many = Gemm.RowsAlike + 1;
        var v = c.VocabSize;
        var tokens = SmallModels.Tokens((2 * Many) + 4, v);
        var packed = ModelRunner.Packed(model, tokens, 0, Many, Many + 1, (2 * Many) + 4);
        Assert.Equal(ModelRunner.Packed(model, tokens.AsSpan(0, Many)), packed[..(Many * v)]);
        Assert.Equal(ModelRunner.Packed(model, tokens.AsSpan(Many + 1)), packed[((Many + 1) * v)..]);

        // Few rows are computed in another order of summation than many, and each as if alone.
        var single = ModelRunner.Packed(model, tokens.AsSpan(Many, 1));
        Assert.InRange(ModelRunner.MaxDifference(single, packed.AsSpan(Many * v, v)), 0, 1e-5);
        var few = ModelRunner.Packed(model, tokens.AsSpan(Many - 3, 7), 0, 3, 4, 7);
        Assert.Equal(single, few[(3 * v)..(4 * v)]);
    }

    [Theory]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Float16)]
    [InlineData(DType.Q8_0)]
    [InlineData(DType.Q4_0)]
    public void Rounded_weights_give_what_the_float64_model_of_the_same_values_gives(DType type)
    {
        var c = SmallModels.Shapes["usual pattern"] with { HiddenSize = 64, IntermediateSize = 96, HeadSize = 32 };
        using var model = SmallModels.Create(c, _device, type);
        using var exact = Widened(model);
        var tokens = SmallModels.Tokens(20, c.VocabSize);
        var difference = ModelRunner.MaxDifference(ModelRunner.Packed(exact, tokens), ModelRunner.Packed(model, tokens));
        Assert.InRange(difference, 0, 1e-4);
        Assert.True(model.ByteLength < exact.ByteLength / 2);
    }

    [Fact]
    public void Chosen_rows_are_rows_of_all_logits()
    {
        using var model = SmallModels.Create("usual pattern", _device);
        var v = model.Configuration.VocabSize;
        var tokens = SmallModels.Tokens(12, v);
        var all = ModelRunner.Packed(model, tokens, 0, 5, 12);
        using var scope = new TensorScope(_device);
        var batch = new ForwardBatch();
        batch.Add(tokens.AsSpan(0, 5), null, LogitRows.Last);
        batch.Add(tokens.AsSpan(5, 7), null, LogitRows.None);
        var logits = model.Forward(new DirectOperators(scope), batch);
        Assert.Equal(new Shape(1, v), logits.Shape);
        Assert.Equal([4], batch.LogitTokens.ToArray());
        double[] row = [.. logits.AsSpan<float>().ToArray().Select(static x => (double)x)];
        Assert.InRange(ModelRunner.MaxDifference(all.AsSpan(4 * v, v), row), 0, 1e-5);
    }

    [Fact]
    public void A_token_out_of_range_is_an_error_that_leaves_the_state_alone()
    {
        using var model = SmallModels.Create("usual pattern", _device);
        using var state = model.CreateState();
        var v = model.Configuration.VocabSize;
        var batch = new ForwardBatch();
        batch.Add([1, v], state, LogitRows.All);
        using var scope = new TensorScope(_device);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => model.Forward(new DirectOperators(scope), batch));
        Assert.Contains($"expected 0 to {v - 1}, found {v}", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, state.Position);
    }

    [Fact]
    public void A_pass_that_failed_halfway_closes_its_sequence_until_it_is_reset()
    {
        using var model = SmallModels.Create("usual pattern", _device);
        using var state = model.CreateState();
        using var other = new SequenceState(model.Configuration, _device, DType.Float64);
        using var scope = new TensorScope(_device);
        var batch = new ForwardBatch();
        batch.Add([1], state, LogitRows.Last);
        batch.Add([2], other, LogitRows.Last);
        Assert.ThrowsAny<Exception>(() => model.Forward(new DirectOperators(scope), batch));
        batch.Clear();
        Assert.Contains("failed halfway", Assert.Throws<InvalidOperationException>(() => batch.Add([1], state, LogitRows.Last)).Message, StringComparison.Ordinal);
        using (var copy = state.Clone())
        {
            Assert.Throws<InvalidOperationException>(() => batch.Add([1], copy, LogitRows.Last));
        }

        state.Reset();
        var tokens = SmallModels.Tokens(5, 53);
        Assert.Equal(ModelRunner.Stepwise(model, tokens, 5), ModelRunner.Continue(model, state, tokens, 5));
    }

    [Fact]
    public void A_batch_that_was_not_filled_anew_is_refused_before_it_takes_old_positions()
    {
        using var model = SmallModels.Create("usual pattern", _device);
        using var state = model.CreateState();
        using var scope = new TensorScope(_device);
        var batch = new ForwardBatch();
        batch.Add([1, 2], state, LogitRows.Last);
        model.Forward(new DirectOperators(scope), batch);
        var error = Assert.Throws<InvalidOperationException>(() => model.Forward(new DirectOperators(scope), batch));
        Assert.Contains("stands at 2, its tokens were added at 0", error.Message, StringComparison.Ordinal);
        batch.Clear();
        batch.Add([3], state, LogitRows.Last);
        model.Forward(new DirectOperators(scope), batch);
        Assert.Equal(3, state.Position);
    }

    [Fact]
    public void A_profile_shows_every_layer_and_the_operators_in_it()
    {
        using var model = SmallModels.Create("usual pattern", _device);
        var trace = new ChromeTrace();
        Profiler.Start(trace);
        ModelRunner.Packed(model, SmallModels.Tokens(4, 53));
        Profiler.Stop();
        using var json = new MemoryStream();
        trace.Write(json);
        var text = System.Text.Encoding.UTF8.GetString(json.ToArray());
        string[] expected = ["layer 0 (Mamba)", "layer 3 (WindowAttention)", "linear", "selective scan", "attention", "rotary embedding", "causal convolution", "RMS norm", "SwiGLU", "embedding"];
        Assert.All(expected, name => Assert.Contains($"\"{name}\"", text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_window_that_counts_the_query_sees_one_key_less()
    {
        var c = SmallModels.Shapes["one kv head, window 3, untied"];
        using var model = SmallModels.Create(c with { WindowCountsQuery = true, WindowSize = 4 }, _device);
        using var same = SmallModels.Create(c, _device);
        using var wider = SmallModels.Create(c with { WindowSize = 4 }, _device);
        var tokens = SmallModels.Tokens(20, c.VocabSize);
        Assert.Equal(ModelRunner.Packed(same, tokens), ModelRunner.Packed(model, tokens));
        Assert.NotEqual(ModelRunner.Packed(wider, tokens), ModelRunner.Packed(model, tokens));
    }

    private static unsafe Plamo2Model Widened(Plamo2Model model) => new(model.Configuration, model.Device, slot =>
    {
        var values = model.Parameters.Single(parameter => parameter.Slot.Name == slot.Name).Values;
        return new ModelParameter(
            slot,
            PlamoNative.Runtime.Checkpoints.TensorElements.Widen(model.Device, values.Shape, DType.Float64, values.DType, values.Pointer),
            slot.NormOffset);
    });
}
