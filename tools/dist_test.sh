#!/usr/bin/env bash
# Tests in several processes on one machine: bash tools/dist_test.sh CONFIG CHECKPOINT PROCESSES [options of test.py]
# One process a GPU; without CUDA the processes share the CPU over gloo. Several machines: set NNODES,
# NODE_RANK, MASTER_ADDR and MASTER_PORT as torchrun wants them.
set -euo pipefail
if [ $# -lt 3 ]; then
    echo "usage: bash tools/dist_test.sh CONFIG CHECKPOINT PROCESSES [options of test.py]" >&2
    exit 2
fi
config=$1
checkpoint=$2
processes=$3
shift 3
exec torchrun --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" --nproc_per_node="$processes" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" --master_port="${MASTER_PORT:-29500}" \
    "$(dirname "$0")/test.py" "$config" "$checkpoint" --launcher pytorch "$@"
