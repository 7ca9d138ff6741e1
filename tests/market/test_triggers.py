"""What waits for a price, against a plain list of it."""

from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.feeds.base import Component, Quote, Watch
from fillgate.market.triggers import Triggers

QUOTES = st.builds(
    lambda bid, spread, last: Quote(bid, bid + min(last, spread), bid + spread),
    st.integers(1, 30),
    st.integers(1, 4),
    st.integers(0, 4),
)
WATCHES = st.builds(Watch, st.sampled_from(Component), st.integers(1, 35), st.booleans())
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(1, 8), WATCHES),
        st.tuples(st.just("discard"), st.integers(1, 8), WATCHES),
        st.tuples(st.just("fire"), QUOTES, st.none()),
    ),
    max_size=40,
)


@given(STEPS)
def test_what_fires_is_what_has_been_reached(steps: list[tuple[str, object, object]]) -> None:
    triggers, plain = Triggers(), dict[int, Watch]()
    for what, subject, watch in steps:
        if what == "fire":
            assert isinstance(subject, Quote)
            reached = sorted(n for n, each in plain.items() if each.holds(subject))
            assert triggers.fire(subject) == reached
            for number in reached:
                del plain[number]
        elif what == "wait":
            assert isinstance(subject, int)
            assert isinstance(watch, Watch)
            triggers.wait(subject, watch)
            plain[subject] = watch
        else:
            assert isinstance(subject, int)
            triggers.discard(subject)
            plain.pop(subject, None)
        assert bool(triggers) is bool(plain)
        # The watches that are told hold whenever one of all does.
        told = list(triggers.watches())
        for bid in range(1, 36):
            quote = Quote(bid, bid, bid + 1)
            some = any(each.holds(quote) for each in plain.values())
            assert any(each.holds(quote) for each in told) is some
