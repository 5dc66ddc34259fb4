from __future__ import annotations

import pytest

from sinteza.text.abbreviations import find


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("We gave brivaracetam (BRV) to them.", "BRV", "brivaracetam"),
        ("use of vagus nerve stimulation (VNS) in", "VNS", "vagus nerve stimulation"),
        ("the 50% responder rate (RR50; share of", "RR50", None),
        ("ESL (eslicarbazepine acetate) was", "ESL", "eslicarbazepine acetate"),
        (
            "treatment-emergent adverse events (TEAEs) were",
            "TEAEs",
            "treatment-emergent adverse events",
        ),
        ("in patients (n = 12) of", "n", None),
    ],
)
def test_definitions(text: str, short: str, long: str | None) -> None:
    found = {item.short: item for item in find(text)}
    if long is None:
        assert short not in found
    else:
        assert found[short].long == long
        assert text[found[short].start : found[short].end] == long
