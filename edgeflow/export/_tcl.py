"""Words of Tcl: whatever the text, one word, and nothing in it is executed."""

import re


def word(text: str) -> str:
    """Bare if it is plain, else with every character that Tcl reads escaped."""
    if re.fullmatch(r"[\w./:+-]+", text, re.ASCII):
        return text
    return '"' + "".join(_escaped(character) for character in text) + '"'


def words(texts: tuple[str, ...]) -> str:
    """A list of words on continued lines."""
    return " \\\n  ".join(["list", *(word(text) for text in texts)])


def _escaped(character: str) -> str:
    if character.isascii() and (character.isalnum() or character in " ./_-"):
        return character
    return f"\\U{ord(character):08x}"  # Tcl 8.6; Vivado and Quartus have it
