#!/usr/bin/env bash
# Makes the environments of the oracles: the real trainers, each with the versions that it pins.
# They cannot share one environment. The folder is ORACLE_ENVS (default: oracles/.environments, which git
# ignores), about 6 GB. What is there already and was finished is kept.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
envs=${ORACLE_ENVS:-$here/.environments}
python=${PYTHON:-python3}
mkdir -p "$envs"

if [ ! -x "$envs/tools/bin/uv" ]; then
    "$python" -m venv "$envs/tools"
    "$envs/tools/bin/pip" install --quiet uv==0.13.9
fi
uv=$envs/tools/bin/uv

# make NAME: an environment from requirements/NAME.txt, and the trainer itself without what it would pull in.
make() {
    local name=$1 trainer=${2:-} mark=$envs/$1/.finished
    local want
    want=$(cat "$here/requirements/$name.txt"; echo "$trainer")
    if [ -e "$mark" ] && [ "$(cat "$mark")" = "$want" ]; then return; fi
    rm -rf "${envs:?}/$name"
    "$uv" venv --quiet --python "$python" "$envs/$name"
    "$uv" pip install --quiet --python "$envs/$name/bin/python" -r "$here/requirements/$name.txt"
    if [ -n "$trainer" ]; then
        "$uv" pip install --quiet --python "$envs/$name/bin/python" --no-deps "$trainer"
    fi
    printf '%s' "$want" > "$mark"
    echo "made $envs/$name"
}

make trl
make axolotl axolotl==0.19.0
make llamafactory llamafactory==0.9.5
make inspect
# The last TRL with a trainer of process reward models stands beside the new one.
if [ ! -e "$envs/trl-1.13/trl" ]; then
    "$uv" pip install --quiet --python "$envs/trl/bin/python" --no-deps --target "$envs/trl-1.13" trl==1.13.0
fi
# xtuner's functions for text are read file by file, without what the package asks for.
if [ ! -e "$envs/xtuner/xtuner" ]; then
    "$uv" pip install --quiet --python "$envs/trl/bin/python" --no-deps --target "$envs/xtuner" xtuner==0.2.0
fi
