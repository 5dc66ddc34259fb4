"""The options that the commands of ``sinteza extract`` share."""

from __future__ import annotations

import click

extractor_option = click.option(
    "--extractor",
    default="rules",
    show_default=True,
    metavar="NAME",
    help="Who reads: rules, chat (a language model, set up by SINTEZA_CHAT_URL and "
    "SINTEZA_CHAT_MODEL), or an installed extension.",
)
