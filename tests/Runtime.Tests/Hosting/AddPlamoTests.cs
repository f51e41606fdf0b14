using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PlamoNative.Runtime.Ai;
using PlamoNative.Runtime.Hosting;
using PlamoNative.Runtime.Tests.Ai;
using Xunit;

namespace PlamoNative.Runtime.Tests.Hosting;

public sealed class AddPlamoTests(ModelFolder folder) : IClassFixture<ModelFolder>
{
    [Fact]
    public async Task A_service_answers_through_the_registered_client()
    {
        var services = new ServiceCollection();
        services.AddPlamo(options => options.Model = folder.Path);
        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<IChatClient>();
        Assert.Same(client, provider.GetRequiredService<PlamoChatClient>());
        var response = await client.GetResponseAsync("abc", new ChatOptions { MaxOutputTokens = 2 }, TestContext.Current.CancellationToken);
        Assert.NotNull(response.Usage);
    }

    [Fact]
    public async Task Several_models_live_side_by_side_under_keys()
    {
        var services = new ServiceCollection();
        services.AddKeyedPlamo("one", options => options.Model = folder.Path);
        services.AddKeyedPlamo("two", options => options.Model = folder.Path);
        await using var provider = services.BuildServiceProvider();
        Assert.NotSame(provider.GetRequiredKeyedService<IChatClient>("one"), provider.GetRequiredKeyedService<IChatClient>("two"));
        Assert.Null(provider.GetService<IChatClient>());
    }

    [Theory]
    [InlineData("Model")]
    [InlineData("Device")]
    [InlineData("Threads")]
    [InlineData("ContextLength")]
    [InlineData("Window")]
    [InlineData("MaxConcurrentRequests")]
    [InlineData("DefaultMaxOutputTokens")]
    public void Wrong_options_are_named_before_a_model_is_touched(string option)
    {
        var services = new ServiceCollection();
        services.AddPlamo(options =>
        {
            options.Model = option == "Model" ? "nowhere/at/all" : folder.Path;
            options.Device = option == "Device" ? "gpu" : "cpu";
            options.Threads = option == "Threads" ? -1 : 1;
            options.ContextLength = option == "ContextLength" ? 0 : null;
            options.Window = option == "Window" ? -1 : null;
            options.MaxConcurrentRequests = option == "MaxConcurrentRequests" ? 0 : 1;
            options.DefaultMaxOutputTokens = option == "DefaultMaxOutputTokens" ? 0 : 1;
        });
        using var provider = services.BuildServiceProvider();
        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IChatClient>());
        Assert.StartsWith($"{option}:", Assert.Single(exception.Failures), StringComparison.Ordinal);
    }
}
