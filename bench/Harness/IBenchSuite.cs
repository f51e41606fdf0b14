namespace PlamoNative.Bench;

/// <summary>A group of measurements that share their set-up.</summary>
internal interface IBenchSuite
{
    /// <summary>What <c>--suite</c> takes.</summary>
    string Name { get; }

    /// <summary>Measures what the filter lets through.</summary>
    void Run(BenchContext context);
}
