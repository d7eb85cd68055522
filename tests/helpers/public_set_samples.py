"""Small samples of the public sets, written by their grammar; every plate is ``QUAD`` or ``BOX``."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
from PIL import Image

from helpers.converter_samples import QUAD, picture, text

SPLIT_FOLDERS = ('training', 'validation', 'testing')
CORNERS = 'corners: 20,30 90,41 92,61 22,50'
UFPR_TEXT = """camera: GoPro Hero4 Silver
position_vehicle: 4 7 150 110
\ttype: car
\tmake: GM Chevrolet
\tmodel: Classic: 1.0
\tyear: 2009
plate: AQY6388
{}
\tchar 1: 22 31 9 15
\tchar 7: 80 31 9 15
"""
SSIG_TEXT = 'text: ABC1234\nposition_plate: 20 30 70 30\n\nchar0: 22 31 9 15\n'
WPOD_LINE = '4,0.125,0.5625,0.575,0.1375,0.25,0.3416666667,0.5083333333,0.4166666667,ABC1234,'
OPEN_IMAGES_BOXES = (
    'ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,'
    'IsInside\n'
)
_OPEN_IMAGES_MASKS = 'MaskPath,ImageID,LabelName,BoxID,BoxXMin,BoxXMax,BoxYMin,BoxYMax,PredictedIoU,Clicks\n'


def ccpd_name(corners: list = QUAD, number: str = '0_0_22_27_27_33_16') -> str:
    """A file name of CCPD; eight indices in the number for CCPD-Green."""
    top_left, top_right, bottom_right, bottom_left = corners
    points = [f'{x}&{y}' for x, y in (bottom_right, bottom_left, top_left, top_right)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    box = f'{min(xs)}&{min(ys)}_{max(xs)}&{max(ys)}'
    return f'025-95_113-{box}-{"_".join(points)}-{number}-37-15.jpg'


def write_ccpd(source: Path) -> list[str]:
    """Two pictures of ccpd_base, one in each list, one of ccpd_tilt, and one without a plate."""
    first, second = ccpd_name(), ccpd_name(number='1_2_3_4_5_6_7')
    for subset, name in (('base', first), ('base', second), ('tilt', first), ('np', '1005.jpg')):
        picture(source / f'ccpd_{subset}' / name)
    text(source / 'splits/train.txt', f'ccpd_base/{first}\n')
    text(source / 'splits/val.txt', f'ccpd_base/{second}\n')
    return [first, second]


def write_ccpd_green(source: Path) -> str:
    """A picture a split; returns its name."""
    name = ccpd_name(number='0_0_3_24_29_31_33_33')
    for split in ('train', 'val', 'test'):
        picture(source / 'ccpd_green' / split / name)
    return name


def write_tracks(source: Path, content: str) -> None:
    """A picture a split of UFPR-ALPR or SSIG-SegPlate, with ``content`` beside it."""
    for split, track in zip(SPLIT_FOLDERS, ('track0001', 'track0061', 'track0091')):
        stem = source / split / track / f'{track}[01]'
        picture(Path(f'{stem}.png'))
        text(Path(f'{stem}.txt'), content)


def write_rodosol(source: Path, separator: str = ';') -> None:
    """A picture a split of RodoSol-ALPR."""
    lines = []
    folders = ('cars-br', 'cars-me', 'motorcycles-br')
    for number, (folder, split) in enumerate(zip(folders, SPLIT_FOLDERS), start=1):
        stem = source / f'images/{folder}/img_{number:06}'
        picture(Path(f'{stem}.jpg'))
        text(Path(f'{stem}.txt'), f'type: car\nplate: ODE2510\nlayout: Brazilian\n{CORNERS}\n')
        lines.append(f'./images/{folder}/img_{number:06}.jpg{separator}{split}')
    text(source / 'split.txt', '\n'.join(lines) + '\n')


def write_aolp(source: Path) -> None:
    """Six pictures of each subset of AOLP."""
    for subset in ('AC', 'LE', 'RP'):
        folder = source / f'Subset_{subset}/Subset_{subset}'
        for number in range(1, 60, 10):
            picture(folder / f'Image/{number}.jpg')
            text(folder / f'groundtruth_localization/{number}.txt', '20\n30\n90\n60\n')


def write_openalpr(source: Path, countries: tuple[str, ...] = ('us', 'eu')) -> None:
    """A picture a country of the OpenALPR benchmark, all of one name."""
    for country in countries:
        picture(source / country / 'car1.jpg')
        text(source / country / 'car1.txt', 'car1.jpg\t20\t30\t70\t30\tRK 260AF\n')


def write_wpod(annotations: Path, pictures: Path, count: int = 3) -> None:
    """Annotations of WPOD, and their pictures."""
    for number in range(count):
        picture(pictures / f'{number:05}.jpg')
        text(annotations / f'{number:05}.txt', f'{WPOD_LINE}\n')


def write_uc3m(stem: Path, *outlines: list, **extra: object) -> None:
    """A picture of UC3M-LP with the plates given."""
    plates = [{'lp_id': 'AD-24*', 'poly_coord': outline, 'characters': []} for outline in outlines]
    text(stem.with_suffix('.json'), {'lps': plates, 'imagePath': '99999.jpg', **extra})
    picture(stem.with_suffix('.jpg'))


def write_cityscapes(source: Path, objects: list[dict]) -> None:
    """A picture a split of Cityscapes, with the same objects in each."""
    for split, city in (('train', 'aachen'), ('val', 'ulm'), ('test', 'bonn')):
        stem = f'{split}/{city}/{city}_000000_000019'
        picture(source / f'leftImg8bit/{stem}_leftImg8bit.png')
        content = {'imgHeight': 120, 'imgWidth': 160, 'objects': objects}
        text(source / f'gtFine/{stem}_gtFine_polygons.json', content)


def open_images_box(
    image: str, edges: tuple, group: int = 0, depiction: int = 0, label: str = '/m/01jfm_'
) -> str:
    """A row of a table of boxes."""
    left, top, right, bottom = edges
    return f'{image},xclick,{label},1,{left},{right},{top},{bottom},0,0,{group},{depiction},0\n'


def write_open_images(
    source: Path, split: str = 'validation', digit: str = '0'
) -> tuple[str, str, np.ndarray]:
    """Three pictures of a split of Open Images, two of them with plates.

    The first has a plate with a mask of half the picture's size, one without, and a group; the second a
    drawing of a plate; the third a car.

    Returns:
        Identifiers of the first two pictures, and the pixels of the plates with masks.
    """
    first, second, car = (f'{digit}0aa00000000000{number}' for number in (1, 2, 3))
    small = np.zeros((60, 80), np.uint8)
    small[15:25, 10:40] = 255
    small[15:20, 10:12] = 0
    (source / 'masks').mkdir(parents=True, exist_ok=True)
    Image.fromarray(small).convert('1').save(source / f'masks/{first}_m01jfm__aa11bb22.png')
    Image.fromarray(small).convert('1').save(source / f'masks/{second}_m01jfm__cc33dd44.png')
    edges = (0.125, 0.25, 0.5, 0.416667)
    row = '{0}_m01jfm__{1}.png,{0},/m/01jfm_,{1},0.125,0.5,0.25,0.416667,0.9,\n'
    text(
        source / f'{split}-annotations-object-segmentation.csv',
        _OPEN_IMAGES_MASKS
        + row.format(first, 'aa11bb22')
        + row.format(second, 'cc33dd44')
        + f'{car}_m0k4j_99.png,{car},/m/0k4j,99,0,1,0,1,,\n',
    )
    text(
        source / f'{split}-annotations-bbox.csv',
        OPEN_IMAGES_BOXES
        + open_images_box(first, edges)
        + open_images_box(first, (0.6, 0.6, 0.8, 0.7))
        + open_images_box(first, (0.05, 0.75, 0.5, 0.95), group=1)
        + open_images_box(second, edges, depiction=1)
        + open_images_box(car, (0, 0, 1, 1), label='/m/0k4j')
        + open_images_box('ffff000000000000', edges),
    )
    for image in (first, second, car):
        picture(source / f'{split}/{image}.jpg')
    return first, second, np.kron(small > 0, np.ones((2, 2), bool))


def write_easypr(source: Path, plates: dict[str, list[tuple]]) -> None:
    """Pictures by their names without ending; rectangles are the centre's x and y, width, height, degrees."""
    images = []
    for name, rectangles in plates.items():
        picture(source / f'{name}.jpg')
        tags = [
            f'<taggedRectangle x="{x}" y="{y}" width="{w}" height="{h}" rotation="{r}" locateType="1">'
            f'蓝牌:{name}</taggedRectangle>'
            for x, y, w, h, r in rectangles
        ]
        images.append(
            f'<image>\n<imageName>{name}</imageName>\n<taggedRectangles>{"".join(tags)}</taggedRectangles></image>'
        )
    content = '<?xml version="1.0" encoding="ISO-8859-1"?>\n<tagset>' + '\n'.join(images) + '</tagset>'
    text(source / 'GroundTruth.xml', content.encode('gb18030'))


def write_open_lpr(
    source: Path,
    split: str,
    areas: dict[str, object],
    reviewed: int = 1,
    deleted: int = 0,
    background: int = 0,
    size: tuple[int, int] = (160, 120),
) -> None:
    """Pictures in the folder of a split, and their rows in its database."""
    source.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(source / f'{split}.db')) as connection:
        connection.execute(
            'CREATE TABLE IF NOT EXISTS annotations (filename TEXT, imheight INTEGER, imwidth INTEGER, '
            'isreviewed INTEGER, lastreviewedat TEXT, isdeleted INTEGER, isbackground INTEGER, imgareas TEXT)'
        )
        for name, its in areas.items():
            if split in ('train', 'val'):
                picture(source / split / name)
            row = (name, size[1], size[0], reviewed, None, deleted, background, json.dumps(its))
            connection.execute('INSERT INTO annotations VALUES (?,?,?,?,?,?,?,?)', row)
        connection.commit()
