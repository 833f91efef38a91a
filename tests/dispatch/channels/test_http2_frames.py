from __future__ import annotations

from itertools import pairwise

import pytest
from h2.exceptions import FrameTooLargeError
from hyperframe.frame import DataFrame, GoAwayFrame, PingFrame
from hypothesis import given
from hypothesis import strategies as st

from dispatch.channels.http2_frames import FrameSplitter, GoAway


@given(cuts=st.lists(st.integers(0, 80)))
def test_frames_are_whole_however_the_network_cuts_them(cuts: list[int]) -> None:
    frames = [
        DataFrame(1, b"some").serialize(),
        GoAwayFrame(0, last_stream_id=7, error_code=2, additional_data=b"{}").serialize(),
        PingFrame(0, b"12345678").serialize(),
        DataFrame(3, b"").serialize(),
    ]
    whole = b"".join(frames)
    places = [0, *sorted(cuts), len(whole)]
    splitter = FrameSplitter()

    found = [frame for start, end in pairwise(places) for frame in splitter.fed(whole[start:end])]

    assert found == [frames[0], GoAway(7), frames[2], frames[3]]


def test_a_frame_that_is_longer_than_was_allowed_is_not_waited_for() -> None:
    with pytest.raises(FrameTooLargeError):
        list(FrameSplitter().fed(DataFrame(1, bytes(16_385)).serialize()[:9]))
