using Xunit;

namespace PlamoNative.Tests.Runtime.Models;

/// <summary>Names of cases as theory data.</summary>
public sealed class TheoryDataOfNames : TheoryData<string>
{
    /// <summary>Creates the data.</summary>
    public TheoryDataOfNames(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            Add(name);
        }
    }
}
