"""How a picture is to be looked at comes from its file, through jobs, to the segmenter."""

from __future__ import annotations

import argparse
import json

import numpy as np
import pytest
from helpers.bright_plates import BrightSegmenter
from helpers.brightness_network import draw_plates
from helpers.flat_settings import grouped
from PIL import Image

from mmlp.apis import PlateSegmenter
from mmlp.apis.views import View
from mmlp.cli import segmenter_options
from mmlp.jobs import ExcludingSegmenter, Redaction, Region, anonymize_media, segment_media
from mmlp.jobs.segmenters import ViewSegmenter, predict, settings_of
from mmlp.media.panorama import full_sphere

WIDTH, HEIGHT = 960, 480
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" '
    b'GPano:ProjectionType="equirectangular"/></rdf:RDF></x:xmpmeta>'
)


@pytest.fixture(scope='module')
def make(brightness_checkpoint):
    def segmenter(**options) -> PlateSegmenter:
        options = {'backend': 'pytorch', 'device': 'cpu', 'zoom_in_long_side': None, **options}
        return PlateSegmenter(brightness_checkpoint, **grouped(**options))

    return segmenter


@pytest.fixture(scope='module')
def across():
    """A panorama with a plate of 80 x 20 pixels across the seam."""
    picture = draw_plates((HEIGHT, WIDTH), [[(400, 250), (480, 250), (480, 270), (400, 270)]])
    return np.roll(picture, WIDTH - 440, axis=1)


@pytest.mark.parametrize('turns', [-1, 4, 1.5])
def test_only_quarter_turns_are_views(turns):
    with pytest.raises(ValueError, match='quarter turns, 0 to 3'):
        View(turns=turns)


@pytest.mark.parametrize('turns', [1, 2, 3])
def test_a_picture_is_looked_at_after_the_turns_that_are_asked_for(make, turns):
    picture = draw_plates((300, 400), [[(60, 80), (160, 80), (160, 110), (60, 110)]])
    stored = np.ascontiguousarray(np.rot90(picture, turns))
    (found,) = make(long_side=400).predict_views([stored], [View(turns=turns)])
    assert found.shape == stored.shape[:2] and found.turns == turns
    np.testing.assert_array_equal(
        found.mask, np.rot90(make(long_side=400).predict_views([picture], [View(0)])[0].mask, turns)
    )


def test_a_tagged_file_is_looked_at_all_around(make, across, tmp_path):
    Image.fromarray(across[..., ::-1]).save(tmp_path / 'around.png', xmp=XMP)
    Image.fromarray(across[..., ::-1]).save(tmp_path / 'around.jpg', xmp=XMP, quality=95)
    segmenter = make(long_side=None)
    (prediction,) = segmenter.predict_batch([tmp_path / 'around.jpg'])
    left, right = sorted(prediction.plates, key=lambda plate: plate.box[0])
    assert left.box[0] == -0.5 and right.box[2] == WIDTH - 0.5
    assert left.width == pytest.approx(80, abs=3) and right.width == pytest.approx(80, abs=3)
    segmenter = make(long_side=None, panoramas=False)
    (flat,) = segmenter.predict_batch([tmp_path / 'around.jpg'])
    assert max(plate.width for plate in flat.plates) < 50, 'as a picture with two halves of plates'


@pytest.mark.parametrize('save', [['overlay', 'mask', 'instance', 'json', 'crop', 'coco']])
def test_all_outputs_show_both_parts_of_a_plate_across_the_seam(make, across, tmp_path, save):
    Image.fromarray(across[..., ::-1]).save(tmp_path / 'around.jpg', xmp=XMP, quality=95)
    report = segment_media([tmp_path / 'around.jpg'], tmp_path / 'out', make(long_side=None), save=save)
    assert report.files[0].status == 'done' and report.files[0].plates == 2
    truth = across[..., 0] > 128
    mask = np.array(Image.open(tmp_path / 'out/mask/around.png')) > 0
    assert (mask & truth).sum() / (mask | truth).sum() > 0.9
    document = json.loads((tmp_path / 'out/coco.json').read_text())
    for annotation in document['annotations']:
        x, y, width, height = annotation['bbox']
        assert x >= 0 and y >= 0 and x + width <= WIDTH and y + height <= HEIGHT
    assert len(document['annotations']) == 2
    assert len(set(np.unique(np.array(Image.open(tmp_path / 'out/instance/around.png'))))) == 3
    assert (tmp_path / 'out/crop/around_1.png').exists()


def test_a_plate_across_the_seam_is_covered_and_the_rest_stays(make, across, tmp_path):
    Image.fromarray(across[..., ::-1]).save(tmp_path / 'around.png', xmp=XMP)
    segmenter = make(long_side=None)
    anonymize_media([tmp_path / 'around.png'], tmp_path / 'out', segmenter, Redaction('solid', margin=10.0))
    covered = np.array(Image.open(tmp_path / 'out/around.png').convert('RGB'))[..., ::-1]
    plate = across[..., 0] > 128
    assert (covered[plate] == 0).all()
    changed = (covered != across).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert rows.min() > 240 and rows.max() < 280
    assert (np.minimum(columns, WIDTH - columns) < 48).all()


def test_segmenters_that_cannot_be_told_see_pictures_as_they_are():
    segmenter = BrightSegmenter()
    assert not isinstance(segmenter, ViewSegmenter)
    picture = np.full((40, 80, 3), 250, np.uint8)
    (found,) = predict(segmenter, [picture], [View(turns=1, panorama=full_sphere(80, 40))])
    assert len(found.plates) == 1
    excluding = ExcludingSegmenter(segmenter, [Region.parse('0,0,10,10')])
    assert not excluding.turned and not excluding.panoramas


def test_exclusion_hands_views_on_and_passes_over_parts(make, across):
    segmenter = make(long_side=None, turned=True)
    view = View(panorama=full_sphere(WIDTH, HEIGHT, is_tagged=True))
    excluding = ExcludingSegmenter(segmenter, [Region.parse(f'0,0,{WIDTH // 2},{HEIGHT}')])
    assert isinstance(excluding, ViewSegmenter)
    assert (excluding.turned, excluding.panoramas) == (True, True)
    assert excluding.sure_score == segmenter.sure_score
    (found,) = excluding.predict_views([across], [view])
    (plate,) = found.plates
    assert plate.box[0] > WIDTH / 2


def test_resuming_notices_how_pictures_were_looked_at(make):
    known = [settings_of(make(**options)) for options in ({}, {'turned': True}, {'panoramas': False})]
    assert known[0] != known[1] != known[2] != known[0]


@pytest.mark.parametrize(('options', 'looks'), [([], True), (['--no-turned', '--no-panoramas'], False)])
def test_programs_look_so_unless_told_otherwise(brightness_checkpoint, options, looks):
    parser = argparse.ArgumentParser()
    segmenter_options.add_segmenter_options(parser)
    args = parser.parse_args(['--model', str(brightness_checkpoint), '--backend', 'pytorch', *options])
    segmenter = segmenter_options.build_segmenter(args)
    assert (segmenter.turned, segmenter.panoramas) == (looks, looks)
