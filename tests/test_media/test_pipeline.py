"""Overlapping work: order, bounds, errors, interruption, and what the report says."""

import _thread
import itertools
import signal
import threading
import time

import pytest

from mmlp.media import VideoReader, VideoWriter, each, run_pipeline


def active():
    return sum(thread.name.startswith('mmlp-') for thread in threading.enumerate())


def test_order_is_kept_and_stages_may_change_the_number():
    def pairs(items):
        for item in items:
            yield from (item, -item)

    def batches(items):
        while batch := list(itertools.islice(items, 3)):
            yield batch

    seen = []
    report = run_pipeline(range(1, 6), {'pairs': pairs, 'batches': batches, 'sum': each(sum)}, seen.append)
    assert seen == [1 - 1 + 2, -2 + 3 - 3, 4 - 4 + 5, -5]
    assert [(stage.name, stage.items) for stage in report.stages] == [
        ('decode', 5),
        ('pairs', 10),
        ('batches', 4),
        ('sum', 4),
        ('encode', 4),
    ]


def test_looking_ahead():
    """A stage that knows the future: each item with the greatest of its neighbours."""

    def neighbours(items):
        window = [None, *itertools.islice(items, 1)]
        for item in itertools.chain(items, [None]):
            window = [*window[-2:], item]
            yield max(entry for entry in window if entry is not None)

    seen = []
    run_pipeline([1, 5, 2, 2, 7, 1], {'neighbours': neighbours}, seen.append)
    assert seen == [5, 5, 5, 7, 7, 7]


def test_no_stages_and_no_items():
    seen = []
    run_pipeline('abc', {}, seen.append, queue_size=1)
    assert seen == ['a', 'b', 'c']
    assert run_pipeline([], {'x': each(str)}, seen.append).stages[-1].items == 0


def test_queues_are_bounded():
    made, taken, most = 0, 0, 0

    def source():
        nonlocal made
        while made < 199:
            made += 1
            yield made

    def sink(_):
        nonlocal taken, most
        taken += 1
        most = max(most, made - taken)
        time.sleep(0.0005)

    run_pipeline(source(), {'a': each(int)}, sink, queue_size=2)
    # Two queues of two, and one in each hand.
    assert taken == 199 and most <= 2 * 2 + 3


def test_stages_overlap_and_the_report_tells_who_waited():
    def slowly(seconds):
        return lambda item: (time.sleep(seconds), item)[1]

    started = time.perf_counter()
    report = run_pipeline(
        map(slowly(0.01), range(30)), {'network': each(slowly(0.02))}, slowly(0.01), names=('read', 'write')
    )
    assert time.perf_counter() - started < 30 * 0.04 * 0.85, 'one after the other it would take 1.2 s'
    read, network, write = report.stages
    assert network.busy == pytest.approx(0.6, rel=0.4) and network.busy > read.busy
    assert write.waiting_for_input > network.waiting_for_input
    assert read.waiting_for_output > network.waiting_for_output
    table = str(report)
    assert [line.split()[0] for line in table.splitlines()] == ['stage', 'read', 'network', 'write']


class Boom(Exception):
    pass


def fail_at(number):
    def function(item):
        if item == number:
            raise Boom(f'at {number}')
        return item

    return function


@pytest.mark.parametrize('place', ['source', 'first', 'last', 'sink'])
def test_an_error_anywhere_ends_all(place):
    closed = []

    def source():
        try:
            yield from map(fail_at(50), itertools.count()) if place == 'source' else itertools.count()
        finally:
            closed.append('source')

    def stage(items):
        try:
            yield from items
        finally:
            closed.append('stage')

    stages = {'a': each(fail_at(50)) if place == 'first' else each(int), 'b': stage}
    if place == 'last':
        stages['c'] = each(fail_at(50))
    with pytest.raises(Boom, match='at 50'):
        run_pipeline(source(), stages, fail_at(50) if place == 'sink' else int)
    assert active() == 0 and sorted(closed) == ['source', 'stage']


def test_a_stage_that_has_enough_ends_the_ones_before():
    seen = []
    run_pipeline(
        itertools.count(), {'a': each(int), 'first': lambda items: itertools.islice(items, 5)}, seen.append
    )
    assert seen == [0, 1, 2, 3, 4] and active() == 0


def test_a_stage_cannot_swallow_its_end():
    def stubborn(items):
        while True:
            try:
                yield next(items)
            except StopIteration:
                return
            except Exception:
                continue

    with pytest.raises(Boom):
        run_pipeline(itertools.count(), {'stubborn': stubborn}, fail_at(20))
    assert active() == 0


def test_interruption():
    timer = threading.Timer(0.2, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run_pipeline(itertools.count(), {'a': each(lambda item: (time.sleep(0.001), item)[1])}, int)
    timer.join()
    assert active() == 0


@pytest.mark.parametrize('delay', [0.0, 0.0002, 0.0005, 0.001, 0.002, 0.005] * 3)
def test_nothing_works_on_after_an_interruption(delay):
    """Whenever it comes, while threads are started or are waited for, too."""
    ended, late = threading.Event(), []

    def stop(*_):
        if not ended.is_set():
            raise KeyboardInterrupt

    def use(item):
        time.sleep(0.03)
        if ended.is_set():
            late.append(item)
        return item

    def interrupt():
        for pause in (delay, 0.01):  # The second while threads are waited for.
            time.sleep(pause)
            _thread.interrupt_main()

    before = signal.signal(signal.SIGINT, stop)
    interrupter = threading.Thread(target=interrupt)
    try:
        interrupter.start()
        run_pipeline(map(use, itertools.count()), {'a': each(use)}, use)
    except KeyboardInterrupt:
        pass
    finally:
        ended.set()
        interrupter.join()
        signal.signal(signal.SIGINT, before)
    time.sleep(0.1)  # For what works on, and for threads that were being started and end unused.
    assert not late and active() == 0


def test_queue_size_is_checked():
    with pytest.raises(ValueError, match='queue_size must be at least 1, got 0'):
        run_pipeline([], {}, print, queue_size=0)


def test_video_from_end_to_end(make_video, tmp_path):
    source = make_video(frames=30, audio=(2,))

    def darken(frame):
        frame.bgr //= 2
        return frame

    with VideoReader(source) as video, VideoWriter(tmp_path / 'out.mp4', like=video.info) as writer:
        run_pipeline(video, {'darken': each(darken)}, writer.write)
    with VideoReader(tmp_path / 'out.mp4') as video:
        assert video.info.audio and len(list(video)) == 30


def test_video_that_fails_leaves_nothing(make_video, tmp_path):
    source = make_video(frames=30)

    def fail(frame):
        if frame.index == 20:
            raise Boom
        return frame

    with (
        pytest.raises(Boom),
        VideoReader(source) as video,
        VideoWriter(tmp_path / 'out.mp4', like=video.info) as writer,
    ):
        run_pipeline(video, {'fail': each(fail)}, writer.write)
    assert [entry.name for entry in tmp_path.iterdir()] == ['in.mp4']
