"""``python -m sinteza`` is the command ``sinteza``."""

from sinteza.cli.main import main

main()
