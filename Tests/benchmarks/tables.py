"""Tables in Markdown."""

from __future__ import annotations


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def heading(part: str, words: str, *columns: str, words_in: int = 1) -> None:
    """A title and the head of a table, of which the first `words_in` columns are words."""
    print(f"\n**{part}** {words}".rstrip() + "\n")
    row(*columns)
    row(*["---" if index < words_in else "---:" for index in range(len(columns))])


def at_most(ratio: float, bound: float) -> str:
    return f"{ratio:.2f} (<= {bound:g}{'' if ratio <= bound else ', MISSED'})"


def at_least(ratio: float, bound: float) -> str:
    return f"{ratio:.1f} (>= {bound:g}{'' if ratio >= bound else ', MISSED'})"
