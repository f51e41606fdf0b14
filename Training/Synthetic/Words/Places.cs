namespace PlamoNative.Training.Synthetic;

/// <summary>An animal that does something.</summary>
/// <param name="Animal">Which animal.</param>
/// <param name="Te">What it does, in the te form.</param>
internal sealed record Sight(string Animal, string Te);

/// <summary>A place for an outing, with what lives there and what one does there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sights">Animals that belong there.</param>
/// <param name="Activities">What children do there.</param>
internal sealed record Place(string Name, Sight[] Sights, Verb[] Activities);

/// <summary>Places for outings.</summary>
internal static class Places
{
    internal static readonly Place[] All =
    [
        new("公園",
            [new("犬", "ボールを追いかけて"), new("猫", "ベンチの上で眠って"), new("小鳥", "枝の上で歌って"), new("はと", "豆をつついて"), new("ちょう", "花のまわりを飛んで")],
            [Verb.Godan("ブランコで遊ぶ"), Verb.Suru("かけっこをする"), Verb.Godan("絵をかく"), Verb.Suru("かくれんぼをする"), Verb.Ichidan("ボールを投げる")]),
        new("森",
            [new("りす", "木の実を食べて"), new("きつね", "やぶの中からこちらを見て"), new("うさぎ", "草をかじって"), new("ふくろう", "木の上で眠って"), new("しか", "静かに水を飲んで"), new("たぬき", "落ち葉の上で昼寝をして")],
            [Verb.Godan("どんぐりをひろう"), Verb.Godan("細い道を歩く"), Verb.Godan("鳥の声を聞く"), Verb.Godan("きのこをさがす")]),
        new("海",
            [new("かに", "岩の間を歩いて"), new("かもめ", "波の上を飛んで"), new("かめ", "砂の上で休んで"), new("いるか", "遠くで高くはねて")],
            [Verb.Godan("砂の城を作る"), Verb.Godan("貝がらをひろう"), Verb.Godan("波の音を聞く"), Verb.Godan("浅い所で泳ぐ")]),
        new("川",
            [new("かえる", "石の上で鳴いて"), new("とんぼ", "水の上を飛んで"), new("あひる", "ゆっくりと泳いで"), new("魚", "光りながら泳いで"), new("かに", "石の下にかくれて")],
            [Verb.Ichidan("石を投げる"), Verb.Suru("釣りをする"), Verb.Godan("水をかけ合う"), Verb.Godan("葉っぱの船を流す")]),
        new("山",
            [new("さる", "枝にぶら下がって"), new("しか", "木のかげに立って"), new("りす", "枝から枝へ走って"), new("わし", "空を大きく回って"), new("うさぎ", "草の上をはねて")],
            [Verb.Godan("頂上まで登る"), Verb.Ichidan("遠くの町をながめる"), Verb.Godan("わき水を飲む"), Verb.Godan("歌を歌いながら歩く")]),
        new("動物園",
            [new("ぞう", "長い鼻で水をあびて"), new("きりん", "高い木の葉を食べて"), new("ライオン", "大きなあくびをして"), new("パンダ", "竹を食べて"), new("ペンギン", "ならんで歩いて"), new("さる", "ロープで遊んで")],
            [Verb.Godan("地図を見ながら歩く"), Verb.Godan("写真をとる"), Verb.Godan("ぞうの絵をかく"), Verb.Godan("小さな汽車に乗る")]),
        new("牧場",
            [new("牛", "ゆっくり草を食べて"), new("馬", "元気に走って"), new("ひつじ", "かたまって眠って"), new("やぎ", "葉っぱを食べて"), new("犬", "ひつじを追って")],
            [Verb.Godan("しぼりたての牛乳を飲む"), Verb.Godan("馬に乗る"), Verb.Godan("ひつじに草をやる"), Verb.Ichidan("アイスクリームを食べる")]),
        new("湖",
            [new("白鳥", "静かに泳いで"), new("かも", "ならんで泳いで"), new("とんぼ", "水の上を飛んで"), new("魚", "水の上にはねて")],
            [Verb.Godan("ボートに乗る"), Verb.Godan("岸を歩く"), Verb.Godan("写真をとる"), Verb.Suru("釣りをする")]),
        new("野原",
            [new("ちょう", "花のまわりを飛んで"), new("うさぎ", "草の中をはねて"), new("ばった", "草の上を飛んで"), new("ひばり", "空の高い所で鳴いて"), new("てんとう虫", "葉の上を歩いて")],
            [Verb.Godan("花をつむ"), Verb.Ichidan("たこをあげる"), Verb.Godan("草の上にねころぶ"), Verb.Suru("おにごっこをする")]),
        new("水族館",
            [new("くらげ", "水の中をただよって"), new("さめ", "大きな水そうを泳いで"), new("ペンギン", "水に飛びこんで"), new("いるか", "輪をくぐって"), new("かめ", "ゆっくりと泳いで")],
            [Verb.Godan("いるかのショーを待つ"), Verb.Godan("写真をとる"), Verb.Godan("ひとでにさわる"), Verb.Ichidan("小さな魚の数を数える")]),
    ];
}
