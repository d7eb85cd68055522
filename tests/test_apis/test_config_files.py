"""Configs by name, by path and out of checkpoints."""

from __future__ import annotations

from pathlib import Path

import pytest
from mmengine.config import Config

from mmlp.apis.config_files import config_folder, find_config, load_config, parse_config_text

CONFIGS = sorted((Path(__file__).resolve().parents[2] / 'configs').glob('*.py'))


@pytest.mark.parametrize('name', ['lp_fpn_lite0', 'lp_fpn_lite0.py'])
def test_names_are_found(name):
    assert find_config(name) == config_folder() / 'lp_fpn_lite0.py'
    assert load_config(name).model.decode_head.type == 'LiteFPNHead'


def test_paths_and_configs_are_taken_as_they_are(tmp_path):
    path = tmp_path / 'mine.py'
    path.write_text('a = 1')
    assert find_config(path) == path
    config = Config(dict(a=1))
    assert load_config(config) is config


@pytest.mark.parametrize('name', ['no_such_config', 'folder/lp_fpn_lite0'])
def test_unknown_names_list_the_known(name):
    with pytest.raises(FileNotFoundError, match=r'no_such|folder.*lp_deeplabv3_r101'):
        find_config(name)


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_text_of_checkpoints_is_read_as_the_toolbox_reads_it(path):
    text = Config.fromfile(str(path)).pretty_text
    expected = Config.fromstring(text, file_format='.py').to_dict()
    assert parse_config_text(text) == expected


@pytest.mark.parametrize(
    'text',
    [
        'import os',
        "model = __import__('os').system('true')",
        'model = dict(type=print(1))',
        'model = [x for x in ()]',
        'a.b = 1',
        'a = b = 1',
        'a = dict(**{})',
        'a = ',
        'a = {[1]: 2}',
        'a = 1\0',
        'a = "\udce9"',
        'a = ' + '[' * 5000 + ']' * 5000,
        'a = ' + '-' * 50_000 + '1',
        'a = ' + '1+' * 50_000 + '1',
        'a = ' + '1+' * 800 + '1',
        'a = b' + '.c' * 900,
        'a = ' + '9' * 5000,
        'a = [' + '1,' * 1_000_000 + ']',
    ],
    ids=lambda text: text[:20],
)
def test_text_that_would_do_something_is_refused(text):
    with pytest.raises(ValueError, match='config inside the checkpoint'):
        parse_config_text(text)


def test_keys_that_are_no_names_and_signs_are_plain_values():
    assert parse_config_text("a = {'x y': -1.5, 2: (None, True)}") == {'a': {'x y': -1.5, 2: (None, True)}}
