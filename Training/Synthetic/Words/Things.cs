namespace PlamoNative.Training.Synthetic;

/// <summary>A color.</summary>
/// <param name="Adjective">Before a noun: 赤い.</param>
/// <param name="Noun">Alone: 赤, a part of the adjective.</param>
internal sealed record Color(string Adjective, string Noun);

/// <summary>Things that are owned, lost, given and counted.</summary>
internal static class Things
{
    internal static readonly Color[] Colors =
    [
        new("赤い", "赤"), new("青い", "青"), new("白い", "白"), new("黒い", "黒"), new("黄色い", "黄色"), new("茶色い", "茶色"), new("緑の", "緑"), new("水色の", "水色"),
        new("ピンクの", "ピンク"), new("紫の", "紫"),
    ];

    /// <summary>What a child can lose.</summary>
    internal static readonly string[] Belongings = ["帽子", "手ぶくろ", "かさ", "かばん", "マフラー", "ボール", "絵本", "人形", "筆箱", "水筒", "ハンカチ", "さいふ", "くつ下", "ノート"];

    /// <summary>What a child can get for a birthday.</summary>
    internal static readonly string[] Gifts = ["帽子", "手ぶくろ", "かばん", "マフラー", "ボール", "筆箱", "水筒", "時計", "自転車のベル", "えんぴつけずり", "くつ", "コップ", "ぬいぐるみ", "リュック"];

    /// <summary>Where shops sell all kinds of gifts.</summary>
    internal static readonly string[] Shops = ["デパート", "駅前の店", "大きなスーパー", "商店街の店", "町のざっか屋"];

    /// <summary>Where lost things are, in the house.</summary>
    internal static readonly string[] Corners =
        ["机の下", "本だなの上", "ベッドの下", "台所のいす", "げんかんのたな", "庭のベンチ", "押し入れの中", "ソファーのうしろ", "カーテンのかげ", "ピアノの上", "階段のすみ", "窓のそば"];
}
