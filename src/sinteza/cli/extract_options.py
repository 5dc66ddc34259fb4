"""The options that the commands of ``sinteza extract`` share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sinteza.i18n import Language
    from sinteza.review.review import Review

extractor_option = click.option(
    "--extractor",
    default="rules",
    show_default=True,
    metavar="NAME",
    help="Who reads: rules, chat (a language model, set up by SINTEZA_CHAT_URL and "
    "SINTEZA_CHAT_MODEL), or an installed extension.",
)
language_option = click.option(
    "--language",
    default="",
    type=click.Choice(["", "en", "ro"]),
    help="Language of the output: en or ro (default: the first of the review's protocol).",
)


def language_of(review: Review, asked: str) -> Language:
    """The language asked for, or the first of the review's protocol, or English."""
    from sinteza.errors import StoreError
    from sinteza.i18n import Language

    if asked:
        return Language(asked)
    try:
        return Language(review.loaded.protocol.languages[0])
    except StoreError:  # a review without a protocol
        return Language()
