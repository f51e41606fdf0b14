using System.Text.Json.Nodes;
using PlamoNative.Engine;

namespace PlamoNative.Training.Loop;

/// <summary>Everything about a run that is not a tensor and not the data's position: with those, what a resumed run needs to go on with the same bits.</summary>
internal sealed class TrainingState
{
    /// <summary>Steps that are done, skipped ones included.</summary>
    internal long Step { get; set; }

    /// <summary>Steps that changed the parameters: s of AdamW's bias correction.</summary>
    internal long OptimizerSteps { get; set; }

    /// <summary>Micro-batches that were run: dropout counts them.</summary>
    internal long MicroBatches { get; set; }

    /// <summary>Tokens that were run.</summary>
    internal long TotalTokens { get; set; }

    /// <summary>Seconds of training in all processes of the run.</summary>
    internal double Seconds { get; set; }

    /// <summary>The first held-out loss; null before.</summary>
    internal double? FirstLoss { get; set; }

    /// <summary>The last held-out loss; null before.</summary>
    internal double? LastLoss { get; set; }

    /// <summary>The lowest held-out loss; null before.</summary>
    internal double? BestLoss { get; set; }

    /// <summary>The step of the lowest held-out loss.</summary>
    internal long BestStep { get; set; }

    /// <summary>The step of the last validation; -1 before.</summary>
    internal long ValidatedStep { get; set; } = -1;

    /// <summary>Validations since the best one.</summary>
    internal int ValidationsSinceBest { get; set; }

    /// <summary>Skipped steps in a row.</summary>
    internal int ConsecutiveSkips { get; set; }

    /// <summary>How often the run went back.</summary>
    internal int Rollbacks { get; set; }

    /// <summary>The losses of the last steps, oldest first: what is normal.</summary>
    internal List<double> RecentLosses { get; } = [];

    internal JsonObject Save() => new()
    {
        ["format"] = 1,
        ["step"] = Step,
        ["optimizer_steps"] = OptimizerSteps,
        ["micro_batches"] = MicroBatches,
        ["total_tokens"] = TotalTokens,
        ["seconds"] = Seconds,
        ["first_loss"] = FirstLoss,
        ["last_loss"] = LastLoss,
        ["best_loss"] = BestLoss,
        ["best_step"] = BestStep,
        ["validated_step"] = ValidatedStep,
        ["validations_since_best"] = ValidationsSinceBest,
        ["consecutive_skips"] = ConsecutiveSkips,
        ["rollbacks"] = Rollbacks,
        ["recent_losses"] = new JsonArray([.. RecentLosses.Select(static loss => (JsonNode)loss)]),
    };

    /// <summary>Reads what <see cref="Save"/> gave.</summary>
    /// <param name="json">The object.</param>
    /// <param name="file">The file that it is from, for messages.</param>
    /// <exception cref="ModelFormatException">A value is missing or of a wrong type.</exception>
    internal static TrainingState Load(JsonObject json, string file)
    {
        var format = Whole("format");
        if (format != 1)
        {
            throw new ModelFormatException(file, "format", "1", $"{format}");
        }

        var state = new TrainingState
        {
            Step = Whole("step"),
            OptimizerSteps = Whole("optimizer_steps"),
            MicroBatches = Whole("micro_batches"),
            TotalTokens = Whole("total_tokens"),
            Seconds = Number("seconds") ?? 0,
            FirstLoss = Number("first_loss"),
            LastLoss = Number("last_loss"),
            BestLoss = Number("best_loss"),
            BestStep = Whole("best_step"),
            ValidatedStep = Whole("validated_step"),
            ValidationsSinceBest = (int)Whole("validations_since_best"),
            ConsecutiveSkips = (int)Whole("consecutive_skips"),
            Rollbacks = (int)Whole("rollbacks"),
        };
        if (json["recent_losses"] is not JsonArray losses)
        {
            throw Wrong("recent_losses", "a list of numbers");
        }

        foreach (var loss in losses)
        {
            state.RecentLosses.Add(loss is JsonValue value && value.TryGetValue<double>(out var number) ? number : throw Wrong("recent_losses", "a list of numbers"));
        }

        return state;

        long Whole(string key) => json[key] is JsonValue value && value.TryGetValue<long>(out var number) ? number : throw Wrong(key, "a whole number");

        double? Number(string key) => !json.ContainsKey(key) ? throw Wrong(key, "a number or null")
            : json[key] is null ? null
            : json[key] is JsonValue value && value.TryGetValue<double>(out var number) ? number
            : throw Wrong(key, "a number or null");

        ModelFormatException Wrong(string key, string expected) => new(file, key, expected, json[key]?.ToJsonString() ?? "nothing");
    }
}
