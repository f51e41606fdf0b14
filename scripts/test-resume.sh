#!/usr/bin/env bash
# A run that is killed with SIGKILL at random moments and resumed each time must end with the loss curve and the weights of one that was left alone, to the last
# bit, with one thread and with two. Usage: scripts/test-resume.sh [KILLS] [STEPS]    (10 kills, 400 steps: some minutes)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

kills=${1:-10}
steps=${2:-400}
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

# What a step computed, without when and how fast.
curve() { grep '"type":"step"' "$work/$1/metrics.jsonl" | sed -E 's/"(time|seconds|tokens_per_second|mfu|peak_bytes)":[^,}]*,?//g'; }

config whole 2
started=$(date +%s)
plamo train --config "$work/whole.yaml" > /dev/null
seconds=$(( $(date +%s) - started ))
echo "uninterrupted, 2 threads: $seconds s"

for threads in 1 2; do
  name=killed-$threads
  config "$name" "$threads"
  resume=()
  done_kills=0
  while [ "$done_kills" -lt "$kills" ]; do
    # The program itself, not a shell around it, so that the kill reaches it.
    dotnet Runtime/Cli/bin/Release/net10.0/plamo.dll train --config "$work/$name.yaml" "${resume[@]}" > /dev/null 2> "$work/errors" &
    pid=$!
    sleep "$(awk -v seed="$RANDOM" -v s="$seconds" -v k="$kills" 'BEGIN { srand(seed); printf "%.2f", 1 + rand() * 2 * s / k }')"
    if ! kill -KILL "$pid" 2> /dev/null; then
      wait "$pid" || { cat "$work/errors"; exit 1; }
      break
    fi
    wait "$pid" 2> /dev/null || true
    done_kills=$((done_kills + 1))
    if ls "$work/$name"/checkpoints/step-*/trainer/state.json > /dev/null 2>&1; then
      resume=(--resume)
    else
      rm -rf "${work:?}/$name"
    fi
  done
  if [ ! -e "$work/$name/model" ]; then
    plamo train --config "$work/$name.yaml" "${resume[@]}" > /dev/null
  fi
  cmp "$work/whole/model/model.safetensors" "$work/$name/model/model.safetensors"
  diff <(curve whole) <(curve "$name") > /dev/null || { echo "$threads threads: the loss curves differ"; exit 1; }
  echo "$threads threads: $done_kills kills, $(curve "$name" | wc -l) steps, the same curve and the same weights"
done
