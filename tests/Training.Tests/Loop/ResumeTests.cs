using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Training.Loop;
using Xunit;

namespace PlamoNative.Training.Tests.Loop;

/// <summary>A run that was stopped anywhere and resumed has the bits of one that was not.</summary>
public sealed class ResumeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_run_stopped_twice_and_resumed_has_the_curve_and_the_weights_of_an_uninterrupted_one(int threads)
    {
        using var run = new SmallRun();
        var whole = Train(run, "whole", 1, resumes: false, stopAfter: null);
        Assert.Equal(TrainingEnding.Complete, whole.Ending);

        Assert.Equal(TrainingEnding.Interrupted, Train(run, "parts", threads, resumes: false, stopAfter: 5).Ending);
        Assert.Equal(TrainingEnding.Interrupted, Train(run, "parts", threads, resumes: true, stopAfter: 10).Ending);
        Train(run, "parts", threads, resumes: true, stopAfter: null);

        Assert.Equal(12, run.Curve("whole").Count);
        Assert.Equal(run.Curve("whole"), run.Curve("parts"));
        Assert.Equal(run.FinalWeights("whole"), run.FinalWeights("parts"));
    }

    [Fact]
    public void A_run_that_died_between_checkpoints_repeats_the_steps_since_the_last_one()
    {
        using var run = new SmallRun();
        Train(run, "whole", 2, resumes: false, stopAfter: null);

        // What a kill leaves: records and data of step 8, the newest checkpoint of step 6 and a half-written one beside it.
        Assert.Throws<InsufficientExecutionStackException>(() => Train(run, "killed", 2, resumes: false, stopAfter: null, dieAfter: 8));
        Directory.CreateDirectory(Path.Combine(run.Folder("killed"), "checkpoints", "step-00000009"));
        Train(run, "killed", 2, resumes: true, stopAfter: null);

        Assert.Equal(run.Curve("whole"), run.Curve("killed"));
        Assert.Equal(run.FinalWeights("whole"), run.FinalWeights("killed"));
    }

    [Fact]
    public void Resuming_before_the_first_checkpoint_begins_anew_and_starting_over_a_run_is_refused()
    {
        using var run = new SmallRun();
        using var device = new CpuDevice(1);
        Directory.CreateDirectory(run.Folder("empty"));
        using (var anew = TrainingRun.Open(run.Configuration("empty"), resumes: true, device))
        {
            Assert.Null(anew.ResumedFrom);
        }

        Assert.Throws<DirectoryNotFoundException>(() => TrainingRun.Open(run.Configuration("absent"), resumes: true, device));
        Train(run, "done", 1, resumes: false, stopAfter: 3);
        var exception = Assert.Throws<IOException>(() => TrainingRun.Open(run.Configuration("done"), resumes: false, device));
        Assert.Contains("holds a run already", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_processes_do_not_train_in_one_folder()
    {
        using var run = new SmallRun();
        using var device = new CpuDevice(1);
        using (TrainingRun.Open(run.Configuration("run"), resumes: false, device))
        {
            var exception = Assert.Throws<IOException>(() => TrainingRun.Open(run.Configuration("run"), resumes: true, device));
            Assert.Contains("another process is training", exception.Message, StringComparison.Ordinal);
        }

        using var after = TrainingRun.Open(run.Configuration("run"), resumes: true, device);
        Assert.Null(after.ResumedFrom);
    }

    [Fact]
    public void A_checkpoint_of_another_model_is_refused_before_anything_changes()
    {
        using var run = new SmallRun();
        Train(run, "run", 1, resumes: false, stopAfter: 3);
        using var device = new CpuDevice(1);
        var exception = Assert.Throws<ModelFormatException>(() => TrainingRun.Open(run.Configuration("run", "model.overrides.intermediate_size=64"), resumes: true, device));
        Assert.Contains("mlp.gate_up_proj.weight", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bfloat16_matrices_learn_through_their_masters_and_resume_with_the_same_bits()
    {
        using var run = new SmallRun();
        string[] settings = ["precision=bfloat16", "optimizer.ema_decay=null"];
        var whole = Train(run, "whole", 2, resumes: false, stopAfter: null, settings: settings);
        Assert.True(whole.LastHeldOutLoss < whole.FirstHeldOutLoss - 0.5, $"{whole.FirstHeldOutLoss} to {whole.LastHeldOutLoss}");
        Train(run, "parts", 1, resumes: false, stopAfter: 7, settings: settings);
        Train(run, "parts", 2, resumes: true, stopAfter: null, settings: settings);
        Assert.Equal(run.Curve("whole"), run.Curve("parts"));
        Assert.Equal(run.FinalWeights("whole"), run.FinalWeights("parts"));
        using var model = SafetensorsFile.Open(Path.Combine(run.Folder("whole"), "model", "model.safetensors"));
        Assert.Equal(DType.BFloat16, model.Get("model.embed_tokens.weight").DType);
        Assert.Equal(DType.Float32, model.Get("model.norm.weight").DType);
    }

    [Fact]
    public void Only_the_last_checkpoints_and_the_best_one_stay()
    {
        using var run = new SmallRun();
        var outcome = Train(run, "run", 2, resumes: false, stopAfter: null);
        var kept = Directory.GetDirectories(Path.Combine(run.Folder("run"), "checkpoints")).Select(Path.GetFileName).Order().ToArray();
        Assert.InRange(kept.Length, 2, 3);
        Assert.Contains(Path.GetFileName(outcome.Checkpoint), kept);
    }

    internal static TrainingOutcome Train(SmallRun run, string name, int threads, bool resumes, int? stopAfter, int? dieAfter = null, params string[] settings)
    {
        using var device = new CpuDevice(threads);
        using var training = TrainingRun.Open(run.Configuration(name, settings), resumes, device);
        using var stop = new CancellationTokenSource();
        training.Observe(new Listener
        {
            AfterStep = step =>
            {
                if (step.Step == stopAfter)
                {
                    stop.Cancel();
                }

                if (step.Step == dieAfter)
                {
                    throw new InsufficientExecutionStackException();
                }
            },
        });
        return training.Run(stop.Token);
    }
}
