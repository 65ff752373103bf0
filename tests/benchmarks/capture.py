"""How much `%%track` finds in the capture corpus, and how much else."""

from __future__ import annotations

from tests.benchmarks.harness import Bar, Group, Part, Row, Samples, Settings

GROUPS = (
    Group(
        (
            Row("recall", "capture corpus, cases for tuning: recall", "", Bar("at least", 0.95)),
            Row("precision", "capture corpus, cases for tuning: precision", "", Bar("at least", 0.9)),
            Row("recall_heldout", "capture corpus, held-out cases: recall", "", Bar("at least", 0.95)),
            Row("precision_heldout", "capture corpus, held-out cases: precision", "", Bar("at least", 0.9)),
        ),
        (Part("capture:corpus"),),
    ),
)


def corpus(settings: Settings) -> Samples:
    """Run every case once."""
    from tests.notebook.corpus import HELD_OUT, measure, total

    verdicts = measure("heldout" if settings.quick else "all")
    failed = [f"{one.case}: {one.outcome.error}" for one in verdicts if one.outcome.error]
    if failed:
        raise RuntimeError("\n".join(failed))
    samples: Samples = {}
    for ending, held_out in (("", False), ("_heldout", True)):
        chosen = [one for one in verdicts if (one.case in HELD_OUT) == held_out]
        if chosen:
            score = total(chosen)
            samples[f"recall{ending}"] = {"nbtrack": [score.recall]}
            samples[f"precision{ending}"] = {"nbtrack": [score.precision]}
    return samples
