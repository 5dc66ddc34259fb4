"""What every extractor of the plugin group keeps, built-in or installed."""

import pytest

from sinteza import plugins
from sinteza.errors import PluginError
from sinteza.extraction.extractor import GROUP, Extractor, load
from sinteza.model.record import Record, Section

# a chat model needs an endpoint: its contract is tested with a server in unit/sources/test_chat.py
NAMES = sorted({"rules", *plugins.available(GROUP)} - {"chat"})


@pytest.fixture(params=NAMES)
def reader(request: pytest.FixtureRequest) -> Extractor:
    return load(request.param)


def test_it_says_who_it_is(reader: Extractor) -> None:
    assert isinstance(reader, Extractor)
    report = reader.read(Record(id="c:1", source="c", source_id="1"))
    assert (report.id, report.extractor) == ("c:1", f"{reader.name}/{reader.version}")
    assert report.outcomes == ()


def test_places_lie_in_the_text_and_a_second_reading_says_the_same(reader: Extractor) -> None:
    record = Record(
        id="c:2",
        source="c",
        source_id="2",
        title="Lotramacetam for focal epilepsy",
        abstract=(
            Section(
                text="In a double-blind trial, 80 adults were randomized to lotramacetam (n = 40) "
                "or placebo (n = 40). The responder rate was 40.0% on lotramacetam and 20.0% on "
                "placebo."
            ),
        ),
    )
    report = reader.read(record)
    assert report == reader.read(record)
    arms = {arm.id for arm in report.arms}
    for outcome in report.outcomes:
        length = len(record.passage(outcome.evidence.section))
        assert 0 <= outcome.evidence.start < outcome.evidence.end <= length
        assert {value.arm for value in outcome.values} <= arms


def test_an_unknown_extractor_is_named() -> None:
    with pytest.raises(PluginError, match="No extension 'rulez'"):
        load("rulez")
