#!/usr/bin/env bash
# Builds the wheel as `pip install ./python` does, installs it in fresh environments and runs the tests there.
# Wants Python 3.11 or later with venv, asks apt for it where there is none, and Rust.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The first Python at hand from version 3.$1 on that can make environments.
python_from() {
    local python
    for python in python3 python3.{11,12,13,14} "$HOME"/.pyenv/versions/3.*/bin/python; do
        if "$python" -c "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, $1))" 2>/dev/null; then
            "$python" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    return 1
}

if ! python_from 11 >/dev/null; then
    as_root=$([ "$(id -u)" = 0 ] || echo sudo)
    $as_root apt-get update -q && $as_root apt-get install -yq --no-install-recommends python3 python3-venv
fi

# A fresh environment with what a file names and the wheel, for the Python from version 3.$1 on.
environment() {
    "$(python_from "$1")" -m venv "$folder/$2"
    "$folder/$2/bin/pip" install -q --disable-pip-version-check -r "python/requirements/$2.txt"
    "$folder/$2/bin/pip" install -q --disable-pip-version-check --no-deps "$folder"/wheel/*.whl
}

# Tests lie beside the sources of the package: they run away from there, or they would import those.
run_tests() {
    local environment=$1
    shift
    (cd "$folder" && "$folder/$environment/bin/python" -m pytest -q -o addopts= -p no:cacheprovider "$@")
}

# As `.ci/run` builds them elsewhere, so that there nothing is compiled twice.
cargo build --locked --release
cargo build --locked --workspace --examples
target=${CARGO_TARGET_DIR:-$PWD/target}
export IMPUTOME_PROGRAM="$target/release/imputome" IMPUTOME_EXAMPLE="$target/debug/examples/impute_table"
"$(python_from 11)" -m pip wheel -q --disable-pip-version-check --no-deps -w "$folder/wheel" ./python
environment 11 tests
"$folder/tests/bin/ruff" check python
"$folder/tests/bin/ruff" format --check python
"$folder/tests/bin/python" -P python/generate.py --check
run_tests tests "$PWD/python/tests"
if python_from 12 >/dev/null; then
    environment 12 anndata13
    run_tests anndata13 "$PWD"/python/tests/test_{anndata,scanpy}.py
else
    echo "AnnData 0.13 is not tested: it takes Python 3.12, and there is none"
fi
