"""Whether a sentence is English, for only English is read."""

from coaching.reading.lexicon import lexicon
from coaching.reading.sentence import Sentence

_SMALL_WORDS = frozenset("OMoThtZWeXFHInbpvcj")
_NO_WORDS = frozenset("\"'.,:()d#")
_FEWEST_WORDS = 6
_LAST_LATIN = "\u024f"


def is_foreign(sentence: Sentence) -> bool:
    """Whether too little of it is English to be read. What stands in quotation marks is theirs."""
    words = [word.low for word in sentence.words if word.kind not in _NO_WORDS]
    letters = [c for word in words for c in word if c.isalpha()]
    if sum(c > _LAST_LATIN for c in letters) > len(letters) // 3:
        return True
    book = lexicon()
    foreign = sum(word in book.foreign for word in words)
    kinds = [book.find(word) for word in words if word not in book.foreign]
    english = sum(bool(_SMALL_WORDS.intersection(kind)) for kind in kinds)
    if foreign or english:
        return foreign > english
    return len(words) >= _FEWEST_WORDS and sum(map(bool, kinds)) * 4 < len(words)
