using System.Text;
using PlamoNative.Engine;

namespace PlamoNative.Cli.Quickstart;

/// <summary>
/// A small Japanese text made by rules, so that the quickstart needs no file: scenes of people, things and places, sums with their right answers, and questions about them.
/// The same seed gives the same text.
/// </summary>
internal static class SampleCorpus
{
    private static readonly string[] People = ["花子", "太郎", "先生", "おばあさん", "猫", "駅員さん", "妹", "船長"];
    private static readonly string[] Places = ["森", "海辺", "図書館", "駅", "台所", "山の上", "小さな庭", "古い橋"];
    private static readonly string[] Things = ["赤い傘", "本", "りんご", "手紙", "時計", "青い鳥", "地図", "卵"];
    private static readonly string[] Times = ["朝早く", "昼過ぎに", "夕方", "雨の日に", "冬の夜", "春のある日"];
    private static readonly string[] Deeds = ["見つけた", "落とした", "友だちに見せた", "大切にしまった", "探していた", "忘れてきた"];
    private static readonly string[] Counters = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

    internal static string Create(ulong seed, int documents)
    {
        var random = new Philox(seed, stream: 1);
        var draws = 0UL;
        var text = new StringBuilder();
        for (var document = 0; document < documents; document++)
        {
            var (person, place, thing) = (Pick(People), Pick(Places), Pick(Things));
            text.Append(Pick(Times)).Append('、').Append(person).Append('は').Append(place).Append('で').Append(thing).Append('を').Append(Pick(Deeds)).Append('。');
            switch (Next(3))
            {
                case 0:
                    text.Append("質問:").Append(person).Append("はどこにいましたか。答え:").Append(place).Append("です。");
                    break;
                case 1:
                    var (left, right) = (1 + Next(5), 1 + Next(5));
                    text.Append(thing).Append('が').Append(Counters[left - 1]).Append("つと").Append(Counters[right - 1]).Append("つあります。全部で")
                        .Append(Counters[left + right - 1]).Append("つです。");
                    break;
                default:
                    text.Append("それを見た").Append(Pick(People)).Append("は、にっこり笑って").Append(Pick(Places)).Append("へ帰った。");
                    break;
            }

            text.Append('\n');
        }

        return text.ToString();

        string Pick(string[] words) => words[Next(words.Length)];

        int Next(int count) => (int)(random.Uniform(draws++) * count);
    }
}
