using Xunit;
namespace PlamoNative.PtxEmulator.Tests;
public class TmpCorpus
{
    [Fact]
    public void Corpus()
    {
        var bad = new List<string>();
        int n = 0;
        foreach (var f in Directory.GetFiles("/tmp/corpus", "*.ptx"))
        {
            try { var m = new Machine(); var mod = m.Load(File.ReadAllText(f)); foreach (var k in mod.KernelNames) { mod.Kernel(k); n++; } }
            catch (Exception e) { bad.Add(Path.GetFileName(f) + ": " + e.GetType().Name + " " + e.Message + (e is PtxException ? "" : e.StackTrace)); }
        }
        Assert.True(bad.Count == 0, n + " good; " + bad.Count + "\n" + string.Join("\n", bad.Take(40)));
    }
}
