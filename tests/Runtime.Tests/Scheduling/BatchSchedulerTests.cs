using PlamoNative.Engine;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Scheduling;
using PlamoNative.Runtime.Sessions;
using PlamoNative.Tests.Runtime.Models;
using Xunit;

namespace PlamoNative.Tests.Runtime.Scheduling;

public sealed class BatchSchedulerTests : IDisposable
{
    private static readonly SchedulerOptions Options = new() { MaxSequences = 20, PrefillChunk = 24 };
    private readonly CpuDevice _device = new(1);
    private readonly Plamo2Model _model;

    public BatchSchedulerTests() => _model = SmallModels.Create("usual pattern", _device);

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
    }

    [Fact]
    public async Task An_answer_does_not_depend_on_what_runs_beside_it()
    {
        using var scheduler = new BatchScheduler(_model, null, Options);
        var requests = Enumerable.Range(0, 24).Select(i => (Prompt: SmallModels.Tokens(1 + (i * 7 % 60), 53, (ulong)i), Options: Wanted(3 + (i % 7), (ulong)i))).ToArray();
        var together = await Task.WhenAll(requests.Select(request => Collect(scheduler, request.Prompt, request.Options)));
        for (var i = 0; i < requests.Length; i++)
        {
            Assert.Equal(await Collect(scheduler, requests[i].Prompt, requests[i].Options), together[i]);
            using var session = new PlamoSession(_model) { PrefillChunk = Options.PrefillChunk };
            Assert.Equal(session.Generate(requests[i].Prompt, requests[i].Options).Select(static token => token.Id), together[i]);
        }

        await Until(() => scheduler.RunningCount == 0);
    }

    [Fact]
    public async Task Cancelled_and_abandoned_requests_free_their_sequences()
    {
        var before = _device.Memory.LiveBytes;
        using (var scheduler = new BatchScheduler(_model, null, Options))
        {
            var endless = new GenerationOptions { IgnoreEndOfText = true };
            using var cancellation = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (var token in scheduler.GenerateAsync(new[] { 1, 2, 3 }, endless, cancellation.Token))
                {
                    Assert.True(scheduler.RunningCount == 1 || cancellation.IsCancellationRequested);
                    await cancellation.CancelAsync();
                }
            });
            await foreach (var token in scheduler.GenerateAsync(new[] { 1, 2, 3 }, endless))
            {
                break;
            }

            await Until(() => scheduler.RunningCount == 0);
            Assert.Equal(4, (await Collect(scheduler, [4, 5], Wanted(4, 1))).Length);
        }

        Assert.Equal(before, _device.Memory.LiveBytes);
    }

    [Fact]
    public async Task Requests_beyond_the_limit_wait_for_their_turn()
    {
        using var scheduler = new BatchScheduler(_model, null, Options with { MaxSequences = 2 });
        var answers = await Task.WhenAll(Enumerable.Range(0, 7).Select(i => Collect(scheduler, [i + 1], Wanted(6, 3))));
        Assert.All(answers, static answer => Assert.Equal(6, answer.Length));
    }

    [Fact]
    public async Task Mistakes_are_reported_by_the_call_and_a_disposed_scheduler_ends_its_streams()
    {
        var scheduler = new BatchScheduler(_model, null, Options);
        Assert.Throws<ArgumentOutOfRangeException>(() => scheduler.GenerateAsync(new[] { 1, 53 }, new GenerationOptions()));
        Assert.Throws<ArgumentOutOfRangeException>(() => scheduler.GenerateAsync(new[] { -1 }, new GenerationOptions()));
        Assert.Throws<ConfigurationException>(() => scheduler.GenerateAsync(new[] { 1, 2 }, new GenerationOptions { ContextLength = 1 }));
        Assert.Throws<ConfigurationException>(() => scheduler.GenerateAsync(new[] { 1, 2 }, new GenerationOptions { TopP = 2 }));
        Assert.Throws<ConfigurationException>(() => scheduler.GenerateAsync(Array.Empty<int>(), new GenerationOptions()));
        Assert.Throws<ConfigurationException>(() => new SchedulerOptions { MaxSequences = 0 }.Validate());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            await foreach (var token in scheduler.GenerateAsync(new[] { 1 }, new GenerationOptions { IgnoreEndOfText = true }))
            {
                scheduler.Dispose();
            }
        });
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Collect(scheduler, [1], Wanted(1, 1)));
    }

    [Fact]
    public async Task A_state_that_cannot_be_made_is_the_error_of_its_request_alone()
    {
        var c = _model.Configuration;
        using var device = new NoRoom();
        using var model = new Plamo2Model(c, device, slot => new ModelParameter(slot, Tensor.Allocate(_device, new Shape(slot.Shape), DType.Float32), slot.NormOffset));
        using var scheduler = new BatchScheduler(model, null, Options);
        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<NotSupportedException>(() => Collect(scheduler, [1, 2], Wanted(3, 1)));
            Assert.Equal("no room", error.Message);
        }
    }

    [Fact]
    public async Task Requests_that_arrive_while_the_scheduler_ends_end_too()
    {
        for (var round = 0; round < 100; round++)
        {
            var scheduler = new BatchScheduler(_model, null, Options);
            using var begun = new CountdownEvent(3);
            var requests = Enumerable.Range(0, 3).Select(i => Task.Run(async () =>
            {
                begun.Signal();
                while (true)
                {
                    await Collect(scheduler, [1 + i], Wanted(1, 1));
                }
            })).ToArray();
            begun.Wait(TestContext.Current.CancellationToken);
            await Task.WhenAll(Task.Run(scheduler.Dispose), Task.Run(scheduler.Dispose));
            foreach (var request in requests)
            {
                await Assert.ThrowsAsync<ObjectDisposedException>(() => request.WaitAsync(TimeSpan.FromSeconds(30)));
            }
        }
    }

    private static GenerationOptions Wanted(int tokens, ulong seed) => new() { MaxTokens = tokens, Seed = seed, IgnoreEndOfText = true, TopP = 0.95 };

    private static async Task<int[]> Collect(BatchScheduler scheduler, int[] prompt, GenerationOptions options)
    {
        var tokens = new List<int>();
        await foreach (var token in scheduler.GenerateAsync(prompt, options))
        {
            tokens.Add(token.Id);
        }

        return [.. tokens];
    }

    private static async Task Until(Func<bool> holds)
    {
        for (var i = 0; i < 500 && !holds(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(holds());
    }

    /// <summary>A device that has never any memory.</summary>
    private sealed class NoRoom : Device
    {
        public override string Name => "no room";

        public override string Description => Name;

        public override MemoryInfo Memory => default;

        public override Storage Allocate(long bytes) => throw new NotSupportedException(Name);

        public override void Trim()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
