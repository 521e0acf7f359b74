"""Collects the texts that people read into the catalogues (`update`), or says what is missing there (`check`)."""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "marketplace/translations"
LOCALES = ("en", "ru")
KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}


def collect() -> Catalog:
    """Every text of the code and the templates, without the translations."""
    with open(ROOT / "babel.cfg") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    catalog = Catalog(project="Podryad", charset="utf-8")
    found = extract_from_dir(ROOT / "marketplace", methods, options, KEYWORDS, comment_tags=("Translators:",))
    for file, _line, text, comments, context in found:
        # Line numbers would change with every edit and hide what a translator has to look at.
        catalog.add(text, None, [(file, 0)], auto_comments=comments, context=context)
    return catalog


def path_of(locale: str) -> Path:
    """The catalogue's source file."""
    return FOLDER / locale / "LC_MESSAGES" / "messages.po"


def read(locale: str) -> Catalog:
    """The catalogue as it is in the tree; empty when there is none."""
    path = path_of(locale)
    if not path.exists():
        return Catalog(
            locale=locale,
            header_comment="# What people read on the site.",
            project="Podryad",
            copyright_holder="Podryad contributors",
            last_translator="Podryad contributors",
            language_team=locale,
            charset="utf-8",
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as gettext reads it."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def update() -> list[str]:
    """Bring the catalogues up to date; English texts are their own translation. Returns what is left to translate."""
    for locale in LOCALES:
        catalog = read(locale)
        # Collected for each, because a catalogue takes over the messages themselves and not copies.
        template = collect()
        # A new date alone would make every run a change.
        template.creation_date = catalog.creation_date
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        for message in catalog:
            if locale == "en" and message.id and not translated(message):
                message.string = message.id
        path = path_of(locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalog, width=120, sort_output=True, include_lineno=False, ignore_obsolete=True)
        path.with_suffix(".mo").write_bytes(compiled(read(locale)))
    return check()


def check() -> list[str]:
    """What keeps the catalogues from being complete, a line each."""
    template = collect()
    wanted = {(message.context, key(message)) for message in template if message.id}
    problems = []
    for locale in LOCALES:
        catalog = read(locale)
        have = {(message.context, key(message)): message for message in catalog if message.id}
        problems += [f"{locale}: missing: {text!r}" for context, text in sorted(wanted - have.keys(), key=str)]
        problems += [f"{locale}: no longer used: {text!r}" for context, text in sorted(have.keys() - wanted, key=str)]
        for message in have.values():
            if message.fuzzy or not translated(message):
                problems.append(f"{locale}: not translated: {key(message)!r}")
            for error in message.check(catalog):
                problems.append(f"{locale}: {error}: {key(message)!r}")
        mo = path_of(locale).with_suffix(".mo")
        if not mo.exists() or mo.read_bytes() != compiled(catalog):
            problems.append(f"{locale}: {mo.relative_to(ROOT)} is not what the catalogue compiles to")
    return problems


def key(message: Message) -> str:
    """The English text, in the singular."""
    return message.id if isinstance(message.id, str) else message.id[0]


def translated(message: Message) -> bool:
    """Whether there is a translation, in every plural form."""
    strings = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return bool(strings) and all(strings)


def main() -> int:
    act = {"update": update, "check": check}[sys.argv[1]]
    problems = act()
    print("\n".join(problems), file=sys.stderr)
    if problems:
        print(f"{len(problems)} problems: `make messages` collects, the catalogues are in {FOLDER}", file=sys.stderr)
    return 1 if problems and act is check else 0


if __name__ == "__main__":
    sys.exit(main())
