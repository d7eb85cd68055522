"""What a CUDA card makes of mmlp, within ten minutes.

    python tools/analysis_tools/benchmarks/graphics_card.py --data-root data/plates
    python tools/analysis_tools/benchmarks/graphics_card.py step inference --rounds 30
    python tools/analysis_tools/benchmarks/graphics_card.py --device cpu --quick    # whether the script works

Parts: *tests*, those marked for CUDA; *step*, a training step of DeepLabV3-R101 in float32, channels last,
mixed precision and compiled; *test* and *inference*, whether tools/test.py and inference_model find on the
card what they find on the CPU, to 0.001; *train*, 200 iterations of R101 with --amp. Without --data-root,
pictures are drawn. Each part is a process of its own; one that fails is reported, and the others go on.
Writes report.md, report.json and a log of each part. The exit status is 1 when a part failed or the time was
over. It was tried on a CPU; it has not been run on a card yet.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmlp.cli.command import FAILED, command, loading

with loading(__name__):
    import torch
    from _card_parts import PARTS, ROOT, Settings
    from _common import describe_machine, make_parser, parse_args

    from mmlp.files import write_bytes, write_json

_SCRIPT = Path(__file__).with_name('_card_parts.py')
#: A size at which a CPU runs all parts in minutes.
QUICK = dict(depth='50', rounds=1, size=64, batch=2, iterations=2, images=2, short_side=64)


def run_part(name: str, settings: Settings, seconds: float) -> dict[str, Any]:
    """Runs a part in a process of its own.

    Args:
        name (str): Of the part.
        settings (Settings): What it measures.
        seconds (float): Time after which it and all that it started are ended.

    Returns:
        dict[str, Any]: ``status``, 'done', 'failed' or 'over time', ``seconds``, and ``rows`` or ``reason``.
    """
    folder = Path(settings.out_dir)
    result, log = folder / f'{name}.json', folder / f'{name}.log'
    result.unlink(missing_ok=True)
    written = folder / 'settings.json'
    written.write_text(json.dumps(dataclasses.asdict(settings)), encoding='utf-8')
    arguments = [
        sys.executable,
        str(_SCRIPT),
        name,
        str(written),
        str(result),
    ]
    started = time.monotonic()
    with log.open('wb') as output:
        process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True
        )
        try:
            process.wait(max(seconds, 0))
        except subprocess.TimeoutExpired:
            return {'status': 'over time', 'reason': f'ended after {seconds:.0f} s'} | _since(started)
        finally:
            _end(process)
    if process.returncode or not result.exists():
        lines = log.read_text(encoding='utf-8', errors='replace').split('\n')
        last = next((line.strip() for line in reversed(lines) if line.strip()), 'no output')
        return {'status': 'failed', 'reason': f'{last[:300]} (see {log.name})'} | _since(started)
    return {'status': 'done', 'rows': json.loads(result.read_text(encoding='utf-8'))} | _since(started)


def _since(started: float) -> dict[str, float]:
    return {'seconds': time.monotonic() - started}


def _end(process: subprocess.Popen) -> None:
    """Ends a part and what it started, tests and trainings with their workers."""
    if process.poll() is None:
        if hasattr(os, 'killpg'):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()


def draw_images(out_dir: Path, quick: bool) -> str:
    """Makes a data set of drawn scenes; returns its folder."""
    folder = out_dir / 'data'
    numbers = ['--num-train', '4', '--num-val', '2'] if quick else ['--num-train', '32', '--num-val', '8']
    script = str(ROOT / 'tools' / 'generate_synthetic_plates.py')
    subprocess.run([sys.executable, script, '--out', str(folder), *numbers, '--overwrite'], check=True)
    return str(folder)


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report for people."""
    settings = ', '.join(f'{key} {value}' for key, value in report['settings'].items() if key != 'out_dir')
    packages = ', '.join(f'{key} {value}' for key, value in report['machine']['packages'].items())
    lines = [
        f'# mmlp on {report["machine"]["device"]}',
        f'`{report["command"]}`',
        f'Python {report["machine"]["python"]}, {packages}; {settings}.',
    ]
    for name, part in report['parts'].items():
        took = f', {part["seconds"]:.0f} s' if 'seconds' in part else ''
        lines.append(f'## {name}: {part["status"]}{took}')
        lines.append(part['reason'] if 'reason' in part else _table(part['rows']))
    return '\n\n'.join(lines) + '\n'


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    cells = [[_text(row.get(column, '')) for column in columns] for row in rows]
    return '\n'.join(f'| {" | ".join(line)} |' for line in [columns, ['---'] * len(columns), *cells])


def _text(value: Any) -> str:
    return f'{value:.4g}' if isinstance(value, float) else str(value).replace('|', '/').replace('\n', ' ')


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Runs the parts, prints, writes and returns the report."""
    parser = make_parser('graphics_card', __doc__, rounds=10)
    parser.set_defaults(out_dir=Path('work_dirs/graphics_card'), threads=os.cpu_count() or 1)
    parser.add_argument('parts', nargs='*', metavar='PART', help=f'of {", ".join(PARTS)} (default: all)')
    parser.add_argument('--device', choices=['cuda', 'cpu'], default='cuda', help='default: cuda')
    parser.add_argument('--data-root', type=Path, help='data set for test, inference, train (default: drawn)')
    parser.add_argument('--time-limit', type=float, default=600, help='seconds for all (default: 600)')
    args = parse_args(parser, argv)
    unknown = sorted(set(args.parts) - set(PARTS))
    if unknown:
        parser.error(f'unknown part {", ".join(unknown)}; known: {", ".join(PARTS)}')
    if args.device == 'cuda' and not torch.cuda.is_available():
        parser.error('PyTorch finds no CUDA device here; --device cpu --quick tries the script itself')
    if args.data_root and not (args.data_root / 'val' / 'images').is_dir():
        parser.error(f'{args.data_root} has no val/images: see data/README.md for the layout')
    until = time.monotonic() + args.time_limit
    args.out_dir.mkdir(parents=True, exist_ok=True)
    parts = args.parts or list(PARTS)
    data_root = args.data_root or ''
    if not data_root and not {'test', 'inference', 'train'}.isdisjoint(parts):
        data_root = draw_images(args.out_dir, args.quick)
    sizes = QUICK if args.quick else {'rounds': args.rounds}
    settings = Settings(args.device, str(Path(data_root).resolve()), str(args.out_dir.resolve()), **sizes)
    report: dict[str, Any] = {
        'command': args.command,
        'machine': describe_machine(args.threads, ['torchvision', 'onedl-mmsegmentation'], args.device),
        'settings': dataclasses.asdict(settings),
        'parts': {},
    }
    for name in parts:
        left = until - time.monotonic()
        if left > 0:
            report['parts'][name] = run_part(name, settings, left)
        else:
            report['parts'][name] = {'status': 'not run', 'reason': 'the time was over'}
        write_json(args.out_dir / 'report.json', report, indent=2)
        write_bytes(args.out_dir / 'report.md', as_markdown(report).encode())
    print(f'{as_markdown(report)}\nWrote {args.out_dir / "report.md"}', flush=True)
    return report


def exit_code() -> int:
    """As :func:`main`; tells whether a part is not done."""
    return FAILED if any(part['status'] != 'done' for part in main()['parts'].values()) else 0


if __name__ == '__main__':
    command(exit_code, 'the parts that are done are in the report')
