"""OpenCV imported before all that uses it, so that what it lacks on a server is named with its package."""

_HOW_TO_INSTALL = """
OpenCV needs libraries of the system that servers and containers often lack:

  Debian, Ubuntu:              apt install libgl1 libglib2.0-0
  Fedora, RHEL:                dnf install mesa-libGL glib2
  without the right to do so:  pip uninstall opencv-python, then pip install opencv-python-headless
"""

try:
    import cv2  # noqa: F401
except ModuleNotFoundError as error:
    raise ImportError(f'mmlp needs OpenCV ({error}): pip install opencv-python') from error
except ImportError as error:
    raise ImportError(f'mmlp could not import OpenCV ({error}).\n{_HOW_TO_INSTALL}') from error
