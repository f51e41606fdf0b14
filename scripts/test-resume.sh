#!/usr/bin/env bash
# A run that is killed with SIGKILL at random moments and resumed each time must end with the loss curve and the weights of one that was left alone, to the last
# bit, with one thread and with two. Usage: scripts/test-resume.sh [KILLS] [STEPS]    (10 kills, 400 steps: some minutes)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

kills=${1:-10}
steps=${2:-400}
last_moment=$(( steps - 10 ))
[ "$kills" -ge 1 ] && [ "$last_moment" -ge "$kills" ] || { echo "expected at least KILLS + 10 steps and one kill, found $kills kills in $steps steps"; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet build Runtime/Cli -c Release -v quiet --nologo
plamo() { dotnet Runtime/Cli/bin/Release/net10.0/plamo.dll "$@"; }

awk 'BEGIN { srand(7); for (i = 0; i < 6000; i++) { a = int(rand() * 90); b = int(rand() * 90); printf "%d足す%dは%dです。%s、%d個残りました。\n", a, b, a + b, (i % 3 ? "りんごを数えると" : "みかんを食べると"), b } }' > "$work/text.txt"

config() {
  cat > "$work/$1.yaml" <<YAML
model: {preset: plamo-2-nano}
seed: 11
threads: $2
tokenizer: {vocab_size: 300}
data: {sources: [{files: ["$work/text.txt"]}], heldout: {fraction: 0.05}, sequence_length: 128, shards: "$work/shards"}
batch: {tokens: 1024, accumulation_steps: 2}
optimizer: {learning_rate: 0.003, ema_decay: 0.99}
schedule: {kind: cosine, warmup_steps: 10, steps: $steps}
regularization: {dropout: 0.1, z_loss: 1.0e-4}
validation: {every: 50}
checkpoint: {every: 7, keep: 2}
output: "$work/$1"
YAML
}

# As many different steps as there are kills; a few at the end stay free, so that the program still runs when the kill comes.
moments() { shuf -i "1-$last_moment" -n "$kills" | sort -n; }

last_step() { { grep -o '"type":"step","step":[0-9]*' "$work/$1/metrics.jsonl" 2> /dev/null || echo 0; } | tail -1 | grep -o '[0-9]*$'; }

# What a step computed, without when and how fast.
curve() { grep '"type":"step"' "$work/$1/metrics.jsonl" | sed -E 's/"(time|seconds|tokens_per_second|mfu|peak_bytes)":[^,}]*,?//g'; }

config whole 2
plamo train --config "$work/whole.yaml" > /dev/null 2> "$work/errors" || { cat "$work/errors"; exit 1; }
echo "uninterrupted, 2 threads: $(curve whole | wc -l) steps"

for threads in 1 2; do
  name=killed-$threads
  config "$name" "$threads"
  resume=()
  # Random steps in rising order, so that every kill meets a running program however fast the machine is just now.
  for target in $(moments); do
    # The program itself, not a shell around it, so that the kill reaches it.
    dotnet Runtime/Cli/bin/Release/net10.0/plamo.dll train --config "$work/$name.yaml" "${resume[@]}" > /dev/null 2> "$work/errors" &
    pid=$!
    until [ "$(last_step "$name")" -ge "$target" ]; do
      kill -0 "$pid" 2> /dev/null || { cat "$work/errors"; echo "$threads threads: the run ended before step $target"; exit 1; }
      sleep 0.05
    done
    sleep "$(awk -v seed="$RANDOM" 'BEGIN { srand(seed); printf "%.2f", rand() / 4 }')"
    kill -KILL "$pid" 2> /dev/null || true
    ended=0
    wait "$pid" 2> /dev/null || ended=$?
    # 128 + SIGKILL: anything else is an end of its own.
    [ "$ended" -eq 137 ] || { cat "$work/errors"; echo "$threads threads: the run ended with $ended before it was killed near step $target"; exit 1; }
    if ls "$work/$name"/checkpoints/step-*/trainer/state.json > /dev/null 2>&1; then
      resume=(--resume)
    else
      rm -rf "${work:?}/$name"
    fi
  done
  plamo train --config "$work/$name.yaml" "${resume[@]}" > /dev/null 2> "$work/errors" || { cat "$work/errors"; exit 1; }
  cmp "$work/whole/model/model.safetensors" "$work/$name/model/model.safetensors"
  diff <(curve whole) <(curve "$name") > /dev/null || { echo "$threads threads: the loss curves differ"; exit 1; }
  echo "$threads threads: $kills kills, $(curve "$name" | wc -l) steps, the same curve and the same weights"
done
