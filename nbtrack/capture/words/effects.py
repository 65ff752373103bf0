"""Vocabulary of calls in the code slice: what a call changes, and what its value keeps, by its name."""

from __future__ import annotations

import re

__all__ = [
    "ALWAYS_CHANGE",
    "CHANGE_CONTAINER",
    "CHANGE_PROCESS",
    "CHANGE_WHERE_SHOWN",
    "ESTIMATE",
    "GIVE_NOTHING",
    "GIVE_PART",
    "KEEP_ARGUMENTS",
    "KEEP_FUNCTIONS",
    "NEED_LOOP",
    "ONLY_TELL",
    "RUN_UNSEEN",
    "USE_UP",
]

# -- what changes: a function its arguments, a method its object

ALWAYS_CHANGE = re.compile(
    r"append(?:left)?|backward|delattr|extend|fit|fit_\w+|heap(?:push|pop|ify|pushpop|replace)|insort\w*|load_state_dict"
    r"|next|partial_fit|pop|popitem|popleft|read|readline|readlines|seed|send|setattr|setdefault|shuffle|step"
    r"|train|train_\w+|zero_grad|[a-z]\w*[a-z]_"
    # generators of random numbers
    r"|choice|integers|normal|permutation|permuted|random|randint|random_sample|standard_normal|uniform"
)
"""Functions and methods that change something, regardless of how their value is used."""
CHANGE_WHERE_SHOWN = re.compile(
    r"add|add_\w+|clear|compile|discard|eval|fill|insert|load_\w+|put|register_\w+|remove|reverse|rotate|set_\w+"
    r"|sort|update|update_\w+|write|writelines"
)
"""Those that do so if a cell shows their value; if it is assigned to a name, they have created something new."""
ONLY_TELL = re.compile(
    r"assert\w*|bar\w*|box\w*|check\w*|close|count|debug|describe|display\w*|draw\w*|dump\w*|error|exception|grid"
    r"|head|heatmap|help|hist\w*|imshow|info|isinstance|isna|isnull|join|len|legend|line|log\w*|plot\w*|pprint"
    r"|predict\w*|print\w*|save\w*|scatter\w*|score|show\w*|sleep|summary|tail|tight_layout|title|to_\w+|type"
    r"|value_counts|warn\w*|x?lim|[xy]label"
)
"""Those that change nothing even if their value is discarded; all others do."""
CHANGE_CONTAINER = re.compile(
    r"append(?:left)?|extend|insert|add|update|pop|popitem|popleft|remove|discard|clear|sort|reverse|setdefault"
    r"|write|put|push"
)
"""Methods that change a container, but not its items."""
ESTIMATE = re.compile(
    r"(?:partial_)?fit(?:_\w+)?|predict(?:_\w+)?|score(?:_\w+)?|transform|decision_function"
)
"""The methods of scikit-learn's protocol."""
CHANGE_PROCESS = re.compile(
    r"os\.(?:environ\b.*|chdir|putenv|unsetenv|fchdir)|sys\.path\b.*|sys\.setrecursionlimit|locale\.setlocale|(?:dotenv\.)?load_dotenv"
)
"""Calls that change the process: its folder, its environment, its import path."""
RUN_UNSEEN = frozenset({"exec", "globals", "locals", "vars", "__import__"})
"""Functions by which code may bind names that do not appear in its source."""
NEED_LOOP = re.compile(r"(?:asyncio\.)?(?:create_task|current_task|ensure_future|gather|get_running_loop)")
"""Functions that need a running event loop, which a notebook always has."""

# -- what the value of a call is, or keeps

KEEP_ARGUMENTS = frozenset(
    """
    chain cycle defaultdict deque dict enumerate filter frozenset iter list make_column_transformer make_pipeline
    map partial reversed set sorted tuple zip
    """.split()
)
"""Functions whose value keeps their arguments."""
USE_UP = frozenset("deque dict frozenset list set tuple".split())
"""Of these, those for which a `map` or a generator has run already."""
KEEP_FUNCTIONS = re.compile(r"append(?:left)?|add(?:_\w+)?|extend|insert|push|put|register\w*|set\w*|update")
"""Methods whose object may keep functions that are passed to it."""
GIVE_PART = re.compile(
    r"asarray|atleast_\dd|buffers|children|cpu|cuda|detach|diagonal|double|elements|eval|fit|flat|float|from_numpy"
    r"|get|get_\w+|half|items|keys|modules|named_\w+|numpy|parameters|popitem|pop|popleft|ravel|requires_grad_"
    r"|reshape|set_params|setdefault|squeeze|swapaxes|to|to_numpy|train|transpose|unsqueeze|values|view"
    r"|[a-z]\w*[a-z]_"
)
"""Methods whose value is their object, or a part of it."""
GIVE_NOTHING = re.compile(
    r"append(?:left)?|clear|debug|display|error|extend|info|insert|pprint|print|remove|reverse|seed|setattr|show|shuffle"
    r"|sleep|sort|warn(?:ing)?|write_\w+|zero_grad"
)
"""Functions and methods whose value is `None`."""
