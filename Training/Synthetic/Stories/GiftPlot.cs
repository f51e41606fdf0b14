namespace PlamoNative.Training.Synthetic;

/// <summary>A child gives a friend a present for the birthday, and there is a reason for just this one.</summary>
internal static class GiftPlot
{
    internal static void Tell(Story story)
    {
        var (draws, voice) = (story.Draws, story.Voice);
        var (giver, friend) = draws.PickTwo<Person>(People.Children);
        var gift = draws.Pick<string>(Things.Gifts);
        var color = draws.Pick<Color>(Things.Colors);
        var shop = draws.Pick<string>(Things.Shops);
        var month = draws.Between(1, 12);
        var date = $"{month}月{draws.Between(1, month == 2 ? 28 : month is 4 or 6 or 9 or 11 ? 30 : 31)}日";
        var price = $"{draws.Between(4, 30) * 50}円";
        var reason = draws.Pick(
            $"{friend.Name}が前から{gift}をほしがっていた",
            $"{friend.Name}が古い{gift}をなくしてしまった",
            $"{friend.Name}の古い{gift}が使えなくなっていた",
            $"{friend.Name}は{color.Noun}が一番好きだった");

        story.Say($"{date}は{friend.Name}の{voice.Was("誕生日")}");
        story.Say($"{giver.Name}は{friend.Name}に{color.Adjective}{gift}をおくることに{voice.Suru("する")}");
        story.Say($"{reason}{voice.Is("から")}");
        story.Say($"{giver.Name}は{draws.Pick("お父さん", "お母さん", "姉", "兄", "おばあさん")}と{shop}へ行って、{price}の{gift}を{voice.Godan("買う")}");
        story.Say(draws.Pick(
            $"そして、きれいな紙で包んで、小さな手紙を{voice.Ichidan("そえる")}",
            $"お店の人が、箱に{draws.Pick<Color>(Things.Colors).Adjective}リボンを{voice.Ichidan("かけてくれる")}",
            $"帰ってから、{giver.Pronoun}はていねいに{voice.Godan("包む")}"));
        story.Say($"箱を開けた{friend.Name}は、「{draws.Pick("うれしい、ありがとう", "わあ、きれい", "大切に使うね", "どうして分かったの")}」と{voice.Godan(draws.Pick("言う", "喜ぶ"))}");
        story.Say(draws.Pick(
            $"{giver.Name}も、とても{voice.WasAdjective("うれし")}",
            $"二人はいっしょにケーキを{voice.Ichidan("食べる")}",
            $"{friend.Name}は次の日から、毎日その{gift}を{voice.Godan("使う")}"));

        story.Ask($"{friend.Name}の誕生日はいつでした", date);
        story.Ask($"{giver.Name}は{friend.Name}に何をおくりました", gift);
        story.Ask($"{gift}はいくらでした", price);
        story.Ask($"{giver.Name}はどこで{gift}を買いました", shop);
        story.Ask("誕生日だったのはだれでした", friend.Name);
        story.Ask($"なぜ{giver.Name}は{gift}をおくりました", reason, "からです");
    }
}
