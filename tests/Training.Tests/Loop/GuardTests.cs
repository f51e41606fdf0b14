using PlamoNative.Engine;
using PlamoNative.Training.Configuration;
using PlamoNative.Training.Loop;
using Xunit;

namespace PlamoNative.Training.Tests.Loop;

/// <summary>What happens when something goes wrong inside a run.</summary>
public sealed class GuardTests
{
    [Fact]
    public void A_step_with_a_gradient_that_is_no_number_changes_nothing_and_training_goes_on()
    {
        using var run = new SmallRun();
        var (listener, outcome) = Train(run, "run", step => step == 5);
        Assert.Equal([5L], listener.Steps.Where(s => s.Skipped).Select(s => s.Step));
        var incident = Assert.Single(listener.Incidents);
        Assert.Equal("skipped", incident.Kind);
        Assert.Contains("step 5 changed nothing", incident.Message, StringComparison.Ordinal);
        Assert.True(double.IsFinite(outcome.TrainLoss));
        Assert.Equal(12, outcome.Steps);
    }

    [Fact]
    public void After_many_bad_steps_in_a_row_the_run_goes_back_to_its_checkpoint()
    {
        using var run = new SmallRun();
        var (listener, outcome) = Train(run, "run", step => step is 7 or 8, "guard.max_consecutive_skips=2");
        var rollback = Assert.Single(listener.Incidents, i => i.Kind == "rollback");
        Assert.Contains("step 6 again", rollback.Message, StringComparison.Ordinal);
        Assert.Equal(12, outcome.Steps);
    }

    [Fact]
    public void A_run_that_stays_bad_fails_with_its_checkpoint_in_place()
    {
        using var run = new SmallRun();
        var exception = Assert.Throws<TrainingFailedException>(() => Train(run, "run", step => step > 6, "guard.max_consecutive_skips=1", "guard.max_rollbacks=2"));
        Assert.Contains("after 2 returns to a checkpoint", exception.Message, StringComparison.Ordinal);
        using var device = new CpuDevice(1);
        using var resumed = TrainingRun.Open(run.Configuration("run"), resumes: true, device);
        Assert.Equal(8, resumed.ResumedFrom);
    }

    [Fact]
    public void A_loss_that_leaps_out_of_its_window_is_an_outlier()
    {
        var guard = new OutlierGuard(new GuardSettings { SpikeZScore = 4, SpikeWindow = 10 });
        var state = new TrainingState();
        for (var i = 0; i < 10; i++)
        {
            Assert.Null(guard.Judge(state, 3 + (0.01 * (i % 3)), 1));
        }

        Assert.Contains("leapt to 5", guard.Judge(state, 5, 1), StringComparison.Ordinal);
        Assert.Null(guard.Judge(state, 3.01, 1));
        Assert.Equal(10, state.RecentLosses.Count);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_is_told_and_the_older_ones_stay()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs Unix file modes");
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "needs a user who may not write everywhere; a privileged one can");
        using var run = new SmallRun();
        var checkpoints = Path.Combine(run.Folder("run"), "checkpoints");
        var exception = Assert.Throws<IOException>(() => Train(run, "run", _ => false, onStep: step =>
        {
            if (step == 4)
            {
                SetMode(checkpoints, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }
        }));
        SetMode(checkpoints, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Contains("the newest is", exception.Message, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetDirectories(checkpoints, "step-*"));
    }

    [Fact]
    public void A_steady_step_allocates_no_tensor_memory_and_little_else()
    {
        using var run = new SmallRun();
        using var device = new CpuDevice(1);
        using var training = TrainingRun.Open(run.Configuration("run", "schedule.steps=40", "validation.every=100", "checkpoint.every=100", "checkpoint.keep_best=false"), resumes: false, device);
        var (system, managed) = (new List<long>(), new List<long>());
        training.Observe(new Listener
        {
            AfterStep = _ =>
            {
                system.Add(device.Memory.SystemAllocations);
                managed.Add(GC.GetAllocatedBytesForCurrentThread());
            },
        });
        training.Run(TestContext.Current.CancellationToken);
        Assert.Equal(system[20], system[^1]);
        var steps = managed.Zip(managed.Skip(1), (a, b) => b - a).Skip(20).ToArray();
        Assert.All(steps, bytes => Assert.InRange(bytes, 0, 64 * 1024));
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    private static (Listener Listener, TrainingOutcome Outcome) Train(SmallRun run, string name, Func<long, bool> isBad, params string[] overrides) => Train(run, name, isBad, null, overrides);

    private static (Listener Listener, TrainingOutcome Outcome) Train(SmallRun run, string name, Func<long, bool> isBad, Action<long>? onStep, params string[] overrides)
    {
        using var device = new CpuDevice(2);
        using var training = TrainingRun.Open(run.Configuration(name, overrides), resumes: false, device);
        var listener = new Listener { AfterStep = step => onStep?.Invoke(step.Step) };
        training.Observe(listener);
        training.GradientsComplete = (step, model) =>
        {
            if (isBad(step))
            {
                model.Parameters[3].Gradient.AsSpan<float>()[0] = float.NaN;
            }
        };
        return (listener, training.Run());
    }
}
