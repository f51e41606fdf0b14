using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PlamoNative.Runtime.Ai;

namespace PlamoNative.Runtime.Hosting;

/// <summary>Registers PLaMo models in a service.</summary>
public static class PlamoServiceCollectionExtensions
{
    /// <summary>
    /// Registers one model as <see cref="IChatClient"/> (and as <see cref="PlamoChatClient"/>). It is opened when first asked for and lives as long as the service; options
    /// are checked at start where the service has a host, else when first used.
    /// </summary>
    /// <param name="services">The service's collection.</param>
    /// <param name="configure">Says at least which model.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddPlamo(this IServiceCollection services, Action<PlamoOptions> configure)
    {
        Register(services, Options.DefaultName, configure);
        services.TryAddSingleton(provider => Open(provider, Options.DefaultName));
        services.AddSingleton<IChatClient>(provider => provider.GetRequiredService<PlamoChatClient>());
        return services;
    }

    /// <summary>Registers a further model as keyed <see cref="IChatClient"/>.</summary>
    /// <param name="services">The service's collection.</param>
    /// <param name="key">The key, also the name of its options.</param>
    /// <param name="configure">Says at least which model.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddKeyedPlamo(this IServiceCollection services, string key, Action<PlamoOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        Register(services, key, configure);
        services.AddKeyedSingleton(key, (provider, _) => Open(provider, key));
        services.AddKeyedSingleton<IChatClient>(key, (provider, name) => provider.GetRequiredKeyedService<PlamoChatClient>(name));
        return services;
    }

    private static void Register(IServiceCollection services, string name, Action<PlamoOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<PlamoOptions>(name).Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PlamoOptions>, PlamoOptionsValidator>());
    }

    private static PlamoChatClient Open(IServiceProvider provider, string name) => PlamoChatClient.Load(
        provider.GetRequiredService<IOptionsMonitor<PlamoOptions>>().Get(name), provider.GetService<ILogger<PlamoChatClient>>());
}
