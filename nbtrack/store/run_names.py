"""Readable names for runs that were given none."""

from __future__ import annotations

import os

__all__ = ["readable_name"]

_ADJECTIVES = (
    "able amber ample apt arctic azure bold brave bright brisk calm candid clear clever cosy crisp curious deft "
    "eager early earnest easy even fair fond frank free fresh gentle glad golden grand green happy hardy honest "
    "humble ideal jolly keen kind lively loyal lucid lucky mellow merry mild modest neat nimble noble open patient "
    "placid plain polite prime proud quick quiet rapid ready royal rustic sage sharp silent silver simple smart "
    "smooth solid spry stable steady still sturdy subtle sunny swift tender tidy tranquil trusty upbeat vivid warm "
    "wise witty young zesty"
).split()
_NOUNS = (
    "albatross alpaca badger beaver bison bittern bobcat buzzard caribou cheetah condor cormorant crane curlew deer "
    "dolphin dormouse dove eagle egret eland elk falcon ferret finch fox gazelle gecko gibbon goose grebe hare "
    "hawk hedgehog heron hoopoe ibex ibis impala jackdaw jay kestrel kingfisher kite koala lark lemur linnet lynx "
    "magpie marmot marten meerkat mole moose newt nightingale ocelot oriole osprey otter owl panda partridge pelican "
    "petrel pika plover puffin quail rabbit raven robin salmon seal shrike skylark sparrow squirrel starling stork "
    "swallow swan swift tapir teal tern thrush toucan trout turtle vole wagtail walrus warbler weasel whale wombat "
    "wren yak zebra"
).split()


def readable_name() -> str:
    """Return a name such as ``brave-otter-417``.

    It uses the system's randomness, so that the user's seeded generators are not advanced.
    """
    number = int.from_bytes(os.urandom(8), "big")
    number, first = divmod(number, len(_ADJECTIVES))
    number, second = divmod(number, len(_NOUNS))
    return f"{_ADJECTIVES[first]}-{_NOUNS[second]}-{100 + number % 900}"
