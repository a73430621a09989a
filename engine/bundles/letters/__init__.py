"""Letters that forms propose: read from letters/<name>.txt, written out with what a case knows.

parse_letters  letters/<name>.txt of a version → templates by name
write          a template and what is known → a letter, with a visible blank for what is not
written_line   the same for one line: a subject, a signature
"""

from engine.bundles.letters.reading import parse_letters
from engine.bundles.letters.writing import Block, Known, LetterRun, write, written_line

__all__ = ["Block", "Known", "LetterRun", "parse_letters", "write", "written_line"]
