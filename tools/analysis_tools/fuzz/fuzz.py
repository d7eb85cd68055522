"""Feeds broken files to everything that reads files, and tells what did not end in an orderly way.

    python tools/analysis_tools/fuzz/fuzz.py                                  # 100 mutants of each kind
    python tools/analysis_tools/fuzz/fuzz.py image video -n 2000 --seed 7 --keep broken

Sound files are written, mutated (bits, numbers, cuts, repetitions, tokens; in checkpoints also the pickle
and the config inside) and given to what users give them to: pictures, their metadata and videos to the job
of anonymize.py, annotations to the converters, checkpoints to the segmenter. Each runs in a process of its
own. It may be done or refuse the file; an error that nobody foresaw, a signal, more time or memory than
allowed, a changed original, a half-written output or an unreadable report is a finding. The same seed gives
the same mutants. Linux only.
"""

from __future__ import annotations

import argparse
import math
import random
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from mmlp.cli.command import answers_mistakes, command, loading

with loading(__name__):
    from _sandbox import Outcome, run_limited
    from _targets import TARGETS, Target
    from tqdm import tqdm


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('kinds', nargs='*', metavar='KIND', help=f'of {", ".join(TARGETS)} (default: all)')
    parser.add_argument('-n', '--number', type=int, default=100, help='mutants of each kind (default: 100)')
    parser.add_argument('--seed', type=int, default=0, help='default: 0')
    parser.add_argument('--seconds', type=float, default=10.0, help='most that one may take (default: 10)')
    parser.add_argument(
        '--memory',
        type=float,
        default=3.0,
        help='most that one may take beyond the libraries, GiB (default: 3, with them less than 4)',
    )
    parser.add_argument(
        '--keep', type=Path, metavar='DIR', help='where to keep the mutants that are findings'
    )
    parser.add_argument('--verbose', '-v', action='store_true', help='show where errors were raised')
    args = parser.parse_args(argv)
    unknown = set(args.kinds) - set(TARGETS)
    if unknown:
        parser.error(f'unknown kind {", ".join(sorted(unknown))}; known: {", ".join(TARGETS)}')
    if args.number < 1 or not (0 < args.seconds < math.inf and 0 < args.memory < math.inf):
        parser.error('--number wants 1 or more, --seconds and --memory numbers above 0')
    if args.keep:
        args.keep.mkdir(parents=True, exist_ok=True)
    return args


def fuzz(target: Target, args: argparse.Namespace) -> tuple[Counter, list[tuple[str, Outcome]]]:
    """Runs the mutants of one kind.

    Returns:
        tuple[Counter, list[tuple[str, Outcome]]]: How many ended how; the findings with the mutants' names.
    """
    counts: Counter = Counter()
    findings = []
    with tempfile.TemporaryDirectory(prefix='mmlp-fuzz-') as folder:
        samples = sorted(target.write_samples(Path(folder, 'samples')))
        for number in tqdm(range(args.number), desc=target.name, unit='file', leave=False):
            generator = random.Random(f'{target.name}-{args.seed}-{number}')
            sample = generator.choice(samples)
            work = Path(folder, f'{number}')
            mutant = work / sample.parent.name / sample.name
            shutil.copytree(sample.parent, mutant.parent)
            mutant.write_bytes(target.mutate(sample.read_bytes(), generator))
            outcome = run_limited(
                lambda mutant=mutant, work=work: target.run(mutant, work / 'out'),
                target.refusals,
                args.seconds,
                args.memory,
            )
            counts[outcome.status] += 1
            if not outcome.is_sound:
                name = f'{target.name}-{args.seed}-{number}-{sample.name}'
                findings.append((name, outcome))
                if args.keep:
                    shutil.copy(mutant, args.keep / name)
            shutil.rmtree(work)
    return counts, findings


@answers_mistakes
def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns 1 when there are findings."""
    args = parse_args(argv)
    is_sound = True
    for name in args.kinds or TARGETS:
        counts, findings = fuzz(TARGETS[name], args)
        print(f'{name}: ' + ', '.join(f'{number} {status}' for status, number in sorted(counts.items())))
        for mutant, outcome in findings:
            last_lines = outcome.detail if args.verbose else outcome.detail.splitlines()[-1][:200]
            print(f'  {mutant}: {outcome.status} after {outcome.seconds:.1f} s: {last_lines}')
        is_sound &= not findings
    return 0 if is_sound else 1


if __name__ == '__main__':
    command(main, 'findings so far are in the folder of --keep; the same seed gives the same mutants')
