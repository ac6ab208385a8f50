#!/usr/bin/env bash
# Makes sessions with the embedded model, exports them in every format, and lets the real trainers' own loaders read the result.
# Prints what held and what did not, and writes the table of docs/export.md if all did; the exit code is 1 if anything did not.
#   ORACLE_ENVS   where the environments are, or are made (default: oracles/.environments)
#   PROFILE       the build that makes the data: release (default) or debug
#   ORACLE_WORK   where sessions and exports go (default: a temporary folder)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
export ORACLE_ENVS=${ORACLE_ENVS:-$here/.environments}
work=${ORACLE_WORK:-$(mktemp -d)}
profile=${PROFILE:-release}
pleach=$root/target/$profile/pleach

"$here/setup.sh"
"${CARGO:-cargo}" build --profile "${profile/debug/dev}" --locked --manifest-path "$root/Cargo.toml" --bin pleach --example curate-by-rule

rm -rf "${work:?}"/{sessions,export,tiny,out,table.jsonl}
mkdir -p "$work/sessions" "$work/export"
# grow LEVEL POLICY: a search stops at a right answer; independent trajectories end in wrong ones too, which splices and pairs need.
grow() {
    head -n "${ORACLE_PROBLEMS:-12}" "$root/assets/problems/$1.jsonl" > "$work/$1.jsonl"
    "$pleach" grow "$work/$1.jsonl" --policy "$2" --nodes 60 --seed 1 --out "$work/sessions" --json > "$work/grown-$1.jsonl"
}
grow easy swe-search
grow medium best-of-n
"$root/target/$profile/examples/curate-by-rule" "$work"/sessions/*.pleach

# named HEADING: the formats that the help has under a heading, with commas between them.
named() {
    "$pleach" export --help | awk -v heading="$1" '/^For /{on = ($0 == heading)} on && /^  [a-z0-9-]+  /{print $1}' | paste -sd,
}
names=$(named "For trainers:")
viewers=$(named "For viewers:")
"$pleach" export "$work"/sessions/*.pleach --format "$names" --out "$work/export/jsonl" --license cc0-1.0 --test 0.2
"$pleach" export "$work"/sessions/*.pleach --format "$names" --out "$work/export/parquet" --parquet --license cc0-1.0 --test 0.2
"$pleach" export "$work"/sessions/*.pleach --format "$viewers" --out "$work/export/views"

export ORACLE_DATA=$work/export ORACLE_TINY=$work/tiny ORACLE_TABLE=$work/table.jsonl ORACLE_GOLDEN=$root/tests/golden/export
export ORACLE_XTUNER=$ORACLE_ENVS/xtuner
export HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1 HF_DATASETS_OFFLINE=1 HF_DATASETS_CACHE=$work/cache HF_HOME=$work/home
export AXOLOTL_DO_NOT_TRACK=1 DISABLE_VERSION_CHECK=1 CUDA_VISIBLE_DEVICES= TOKENIZERS_PARALLELISM=false PYTHONPATH=$here PYTHONWARNINGS=ignore
cd "$work"
"$ORACLE_ENVS/trl/bin/python" "$here/tiny.py" "$root/assets/model/pleach-reasoner.gguf" "$work/tiny"

failed=0
for name in ${names//,/ }; do
    [ -e "$work/export/jsonl/data/$name/train.jsonl" ] || { failed=1; echo "FAIL $name has no records"; }
done
check() { # check ENVIRONMENT SCRIPT [PYTHONPATH]
    PYTHONPATH=${3:+$3:}$here "$ORACLE_ENVS/$1/bin/python" "$here/$2" 2> "$work/$1-$2.log" || { failed=1; tail -n 5 "$work/$1-$2.log"; }
}
check trl check_datasets.py
check axolotl check_datasets.py
check llamafactory check_datasets.py
check trl check_trl.py
check trl check_prm.py "$ORACLE_ENVS/trl-1.13"
check axolotl check_axolotl.py
check trl check_xtuner.py
check llamafactory check_llamafactory.py
check inspect check_inspect.py
sessions=$(find "$work/sessions" -name '*.pleach' | wc -l)
"$ORACLE_ENVS/trl/bin/python" "$here/table.py" "$work/table.jsonl" "$sessions" "$root/docs/export.md"
exit $failed
