"""Which labels are plates: named, by pattern, or guessed; lists that say that they are cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmlp.datasets.converters import ConversionError, FormatError, Record
from mmlp.datasets.converters.labels import LabelChoice, choose_labels, list_labels
from mmlp.datasets.converters.shapes import Shape, box


def shapes(*labels: str | None) -> list[Shape]:
    return [box((0, 0, 10, 10), label) for label in labels]


def choose(*labels: str | None, wanted: tuple | None = None, **options: object) -> LabelChoice:
    return choose_labels([Record('/a.jpg', 'a.jpg', shapes(*labels))], wanted, **options)


def test_all_labels_that_are_the_texts_of_plates() -> None:
    texts = [f'AB {i:03} CD' for i in range(32)]
    assert set(choose(*texts, wanted=('*',)).plates) == set(texts)
    with pytest.raises(ConversionError) as raised:
        choose(*texts)
    message = str(raised.value)
    assert message.count("'AB ") == 20 and '... and 12 more' in message and "--labels '*'" in message


@pytest.mark.parametrize(
    ('wanted', 'plates'),
    [
        (('plate_?',), {'plate_1', 'Plate_2'}),
        (('PLATE*',), {'plate_1', 'Plate_2', 'plate[old]'}),
        (('plate[old]',), {'plate[old]'}),  # the label itself, though it is a pattern, too
        (('plate_[0-1]', 'face'), {'plate_1', 'face'}),
        (('*',), {'plate_1', 'Plate_2', 'plate[old]', 'face', ''}),
    ],
)
def test_patterns(wanted: tuple, plates: set) -> None:
    assert set(choose('plate_1', 'Plate_2', 'plate[old]', 'face', '', wanted=wanted).plates) == plates


def test_regions_to_ignore_come_before_plates() -> None:
    choice = choose('AB 1', 'unreadable far', 'ignore', wanted=('*',), ignored=('unreadable*', 'ignore'))
    assert set(choice.plates) == {'AB 1'} and set(choice.ignored) == {'unreadable far', 'ignore'}


def test_pattern_that_fits_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConversionError, match=r"no annotation has the label 'x\*'\. Labels found: 'face'"):
        choose('face', wanted=('x*',))
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'README.md').touch()
    with pytest.raises(ConversionError, match=r"makes file names of \*: write '\*'"):
        choose('face', wanted=('README.md',))


def test_annotation_without_a_label_is_no_background() -> None:
    guessed = choose('plate', 'car', '')
    with pytest.raises(FormatError, match='no label, others have'):
        guessed.pick(shapes('plate', ''))
    assert len(guessed.pick(shapes('plate', 'car'))) == 1
    assert len(choose('plate', '', wanted=('plate',)).pick(shapes('plate', ''))) == 1
    assert len(choose('', '').pick(shapes('', ''))) == 2
    assert len(choose(None).pick(shapes(None))) == 1


def test_list_says_how_many_it_leaves_out() -> None:
    assert list_labels({'a': 1, 'b': 3}) == "'b' (3), 'a' (1)"
    assert list_labels({str(i): 1 for i in range(25)}).endswith(', ... and 5 more')
