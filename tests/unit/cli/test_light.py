from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "scipy", "starlette", "tantivy", "lxml")


def loaded_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nsys.stderr.write(' '.join(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "code",
    [
        "import sinteza",
        "from sinteza.cli.main import cli\ncli(['--help'], standalone_mode=False)",
        "from sinteza.cli.main import cli\ncli(['run', '--help'], standalone_mode=False)",
    ],
)
def test_nothing_heavy_is_loaded(code: str) -> None:
    modules = loaded_after(code)
    assert "sinteza" in modules
    assert modules.isdisjoint(HEAVY)


def test_public_names_are_few_and_real() -> None:
    import sinteza

    assert len(sinteza.__all__) <= 25
    assert sorted(sinteza.__all__) == sorted(dir(sinteza))
    for name in sinteza.__all__:
        assert getattr(sinteza, name) is not None
    with pytest.raises(AttributeError):
        sinteza.nothing_of_this_name  # noqa: B018
