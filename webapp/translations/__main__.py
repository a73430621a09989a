"""`python -m webapp.translations`: gather new sentences and compile the English of the pages."""

import sys

from webapp.translations import SOURCE, catalogue, gathered, save, untranslated


def main() -> int:
    """Bring the catalogue up to the code and name the sentences that still want English."""
    book = gathered(catalogue())
    save(book)
    missing = untranslated(book)
    for sentence in missing:
        print(f"no English yet: {sentence if isinstance(sentence, str) else sentence[0]}")
    if missing:
        print(f"Write them into {SOURCE} and run this again.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
