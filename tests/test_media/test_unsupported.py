"""Pictures that are known and cannot be processed are named with what to do, whatever their name says."""

import io

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from mmlp.media import UnreadableMediaError, find_media, read_image
from mmlp.media.formats import sniff_kind

RAW = {
    'Fujifilm RAF': b'FUJIFILMCCD-RAW 0201FF389501',
    'Panasonic or Leica RW2': b'IIU\x00\x18\x00\x00\x00',
    'Olympus ORF': b'IIRO\x08\x00\x00\x00',
    'Sigma X3F': b'FOVb\x02\x00\x02\x00',
    'Minolta MRW': b'\x00MRM\x00\x02',
    'Canon CR2': b'II*\x00\x10\x00\x00\x00CR\x02\x00',
    'Canon CR3': b'\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom',
    'Canon CRW': b'II\x1a\x00\x00\x00HEAPCCDR',
    'Phase One IIQ': b'II*\x00\x10\x00\x00\x00IIII',
}


@pytest.mark.parametrize('maker', RAW)
def test_raw_photographs(tmp_path, maker):
    # As in many of them, a whole JPEG lies within.
    jpeg = io.BytesIO()
    Image.fromarray(np.zeros((16, 16, 3), np.uint8)).save(jpeg, 'JPEG')
    for name in ('a.jpg', 'a.tif', 'a.raw', 'a'):
        (tmp_path / name).write_bytes(RAW[maker] + bytes(600) + jpeg.getvalue())
    found = find_media(tmp_path)
    assert [item.kind for item in found] == ['image'] * 4 and not found.skipped
    for item in found:
        with pytest.raises(UnreadableMediaError, match=rf'is a raw photograph \({maker}\).*develop it'):
            read_image(item.path)


OTHERS = {
    'Photoshop': b'8BPS\x00\x01',
    'GIMP': b'gimp xcf v011',
    'JPEG XL': b'\x00\x00\x00\x0cJXL \r\n\x87\n',
    'icons': b'\x00\x00\x01\x00\x02\x00\x10\x10\x00\x00',
    'DICOM': bytes(128) + b'DICM',
    'FITS': b'SIMPLE  =                    T',
    'OpenEXR': b'v/1\x01\x02\x00\x00\x00',
}


@pytest.mark.parametrize('what', OTHERS)
def test_other_pictures(what):
    data = OTHERS[what] + bytes(600)
    assert sniff_kind(data[:512]) == 'image'
    with pytest.raises(UnreadableMediaError, match=what):
        read_image(data)


@pytest.mark.parametrize('fmt', ['ICO', 'ICNS', 'DDS', 'PCX', 'TGA'])
def test_formats_of_which_pillow_reads_all_go_on_and_the_rest_is_refused(fmt):
    buffer = io.BytesIO()
    Image.fromarray(np.full((64, 64, 3), 90, np.uint8)).save(buffer, fmt)
    if fmt in ('PCX', 'TGA'):
        assert read_image(buffer.getvalue()).bgr.shape == (64, 64, 3)
    else:
        with pytest.raises(UnreadableMediaError, match='convert it to PNG'):
            read_image(buffer.getvalue())


def test_pictures_behind_one_another_are_told():
    first, second = (
        cv2.imencode('.jpg', np.full((16, size, 3), 60, np.uint8))[1].tobytes() for size in (24, 12)
    )
    assert read_image(first).originals == read_image(first + second).originals == ()  # As of a preview.
    assert read_image(first + first).originals == ('pictures of the same size behind the first',)


def deep(suffix, is_grey):
    grey = np.random.default_rng(0).integers(0, 4096, (64, 80), np.uint16)
    return cv2.imencode(suffix, grey if is_grey else np.dstack([grey] * 3))[1].tobytes()


def test_16_bits_that_would_be_cut_are_refused():
    for data in (deep('.jp2', False), deep('.ppm', False), deep('.pgm', True)):
        with pytest.raises(UnreadableMediaError, match=r'has 16 bits a sample.*16-bit PNG'):
            read_image(data)
    assert read_image(deep('.jp2', True)).value_range.bits == 12
    twelve = bytearray(deep('.jp2', True))
    twelve[twelve.index(b'\xff\x4f\xff\x51') + 42] = 11  # Depths are stored less one.
    with pytest.raises(UnreadableMediaError, match='has 12 bits a sample'):
        read_image(bytes(twelve))


def test_avif_of_10_bits_is_told(tmp_path):
    for depth, pixel_format in ((8, 'yuv420p'), (10, 'yuv420p10le')):
        path = tmp_path / f'{depth}.avif'
        try:
            with av.open(str(path), 'w', format='avif') as container:
                stream = container.add_stream('libsvtav1', rate=1, options={'preset': '12'})
                stream.width, stream.height, stream.pix_fmt = 64, 64, pixel_format
                frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 90, np.uint8), 'bgr24')
                container.mux(stream.encode(frame))
                container.mux(stream.encode(None))
            picture = read_image(path)
        except (ValueError, av.FFmpegError, UnreadableMediaError):
            pytest.skip('this system writes or reads no AVIF')
        assert picture.originals == (('colours finer than 8 bits',) if depth > 8 else ())


def mpo(kind):
    """A JPEG file with a second picture behind it, of a kind by the code of the MPO standard."""
    frames = [Image.fromarray(np.full((16, 24, 3), shade, np.uint8)) for shade in (60, 120)]
    buffer = io.BytesIO()
    frames[0].save(buffer, 'MPO', save_all=True, append_images=frames[1:])
    data = buffer.getvalue()
    # Pillow calls the second undefined: its entry of 16 bytes stands behind the first one's.
    position = data.index(b'\x00\x00\x03\x00', data.index(b'\x02\xb0\x07\x00')) + 16
    return data[:position] + kind.to_bytes(3, 'little') + data[position + 3 :]


@pytest.mark.parametrize(
    ('kind', 'originals'),
    [
        (0x020002, ('second picture of a stereo pair',)),
        (0x020001, ('further pictures of a panorama',)),
        (0x000000, ()),  # A gain map.
        (0x010002, ()),  # A large preview.
    ],
)
def test_pictures_of_a_second_eye_are_told_from_previews(kind, originals):
    picture = read_image(mpo(kind))
    assert picture.originals == originals and picture.format == 'JPEG' and picture.bgr.mean() == 60
