"""The worked examples of CONTRIBUTING.md, for the tests that follow them to the letter."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def worked_example(title):
    """Return the text of a worked example."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.partition(f"## Worked example: {title}")[2].partition("\n## ")[0]


def blocks(example, language):
    """Return the blocks of code in a language, without the indentation of the list that they stand in."""
    found = re.findall(rf"```{language}\n(.*?)```", example, re.DOTALL)
    return ["\n".join(line.removeprefix("   ") for line in block.splitlines()) for block in found]


def named_files(example):
    """Return the files of the repository that an example names."""
    return re.findall(r"`((?:nbtrack|tests|labextension)/[\w/]+\.(?:py|ts|json))`", example)
