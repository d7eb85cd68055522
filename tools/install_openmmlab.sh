#!/usr/bin/env bash
# Installs mmlp on the last upstream OpenMMLab releases, into the active virtual environment (Python 3.10 or 3.11):
#     python3.11 -m venv openmmlab && source openmmlab/bin/activate && bash tools/install_openmmlab.sh
# mmcv 2.1.0 has no wheel for current machines and is compiled: some 15 minutes on two cores, a C++ compiler
# is needed. Its build asks for pkg_resources, which newer setuptools no longer have, hence the order below.
# PyTorch 2.1 itself does not load checkpoints safely; mmlp's own reader does: see SECURITY.md.
set -euo pipefail
cd "$(dirname "$0")/.."
if python -c 'import importlib.metadata as m; m.version("onedl-mmcv")' 2>/dev/null; then
    echo "this environment holds the onedl builds, which own the same folders; make a fresh one" >&2
    exit 1
fi
python -m pip install --upgrade pip
python -m pip install 'setuptools>=78.1.1,<81' wheel ninja psutil 'numpy<2' torch==2.1.2 torchvision==0.16.2
MMCV_WITH_OPS=1 python -m pip install --no-build-isolation mmcv==2.1.0 'numpy<2' 'opencv-python<4.10'
python -m pip install --no-build-isolation -e '.[openmmlab]' mmengine==0.10.7 mmsegmentation==1.2.2
python -c 'import mmlp; print("mmlp", mmlp.__version__, "is ready on upstream MMSegmentation")'
