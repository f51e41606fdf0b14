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
                // Another worker may bring the message of the first occurrence after this one.
                var kept = known.Message.Length == 0 && finding.Message.Length > 0 ? finding : known;
                kept.Occurrences = known.Occurrences + occurrences;
                _findings[(finding.Kind, finding.Line)] = kept;
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
