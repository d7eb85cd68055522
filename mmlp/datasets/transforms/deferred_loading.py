"""Loading of pictures whose pixels are decoded later, by a transform that knows how many it needs."""

from __future__ import annotations

import io

from mmcv.transforms import BaseTransform
from mmengine import fileio
from mmseg.registry import TRANSFORMS
from PIL import Image, UnidentifiedImageError

from mmlp.media.orientation import orientation_of_image

from .sampling import decode_reduced, is_jpeg


@TRANSFORMS.register_module()
class LoadImageDeferred(BaseTransform):
    """Reads a picture's file and size, and leaves decoding a JPEG to :class:`RandomWarpCrop`.

    A JPEG can be decoded at 1/2, 1/4 or 1/8 of its size, in a fraction of the time; how much of it is needed
    is known only once the crop has been drawn. Pictures in other formats are decoded here.

    Required Keys:

    - img_path

    Added Keys:

    - img_bytes, img_orientation (JPEG only; the EXIF orientation, 1 to 8)
    - img (other formats; np.uint8, H x W x 3, BGR)
    - img_shape (height, width of the upright picture)
    - ori_shape

    Args:
        backend_args: The file backend, as in the toolbox's ``LoadImageFromFile``.
    """

    def __init__(self, backend_args: dict | None = None) -> None:
        self.backend_args = backend_args

    def transform(self, results: dict) -> dict:
        """Reads the file ``results['img_path']``.

        Args:
            results: The results dict of the pipeline.

        Returns:
            The same dict.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: It is no readable picture.
        """
        path = results['img_path']
        data = fileio.get(path, backend_args=self.backend_args)
        try:
            if is_jpeg(data):
                results['img_bytes'] = data
                shape, results['img_orientation'] = self._read_header(data)
            else:
                results['img'], _ = decode_reduced(data, 1)
                shape = results['img'].shape[:2]
        except (ValueError, UnidentifiedImageError) as error:
            raise ValueError(f'cannot read the picture {path!r}: {error}') from error
        results['img_shape'] = results['ori_shape'] = shape
        return results

    @staticmethod
    def _read_header(data: bytes) -> tuple[tuple[int, int], int]:
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
            orientation = orientation_of_image(image)
        return ((width, height) if orientation in (5, 6, 7, 8) else (height, width)), orientation

    def __repr__(self) -> str:
        return f'{type(self).__name__}(backend_args={self.backend_args})'
