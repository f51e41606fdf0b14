namespace PlamoNative.PtxEmulator.Checks;

/// <summary>Collects findings from all workers; one a kind and line.</summary>
internal sealed class FindingLog
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(FindingKind Kind, int Line), Finding> _findings = [];

    internal void Add(Finding finding, long occurrences)
    {
        lock (_gate)
        {
            if (_findings.TryGetValue((finding.Kind, finding.Line), out var known))
            {
                known.Occurrences += occurrences;
            }
            else
            {
                finding.Occurrences = occurrences;
                _findings.Add((finding.Kind, finding.Line), finding);
            }
        }
    }

    internal IReadOnlyList<Finding> ToList()
    {
        lock (_gate)
        {
            return [.. _findings.Values.OrderBy(finding => finding.Line).ThenBy(finding => finding.Kind)];
        }
    }
}
