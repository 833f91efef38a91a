from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from gateway.imports.errors import FileUnreadable
from gateway.imports.physical_line import LONGEST_LINE, physical_lines


def read(path: Path, content: bytes) -> list[tuple[int, str]]:
    path.write_bytes(content)
    return list(physical_lines(path))


def test_every_ending_of_a_line_counts_as_one(tmp_path: Path) -> None:
    assert read(tmp_path / "f", b"a\r\nb\rc\n\nd") == [(1, "a"), (2, "b"), (3, "c"), (4, ""), (5, "d")]


def test_separators_that_only_unicode_knows_end_no_line(tmp_path: Path) -> None:
    assert read(tmp_path / "f", "a\u2028b\x0bc\x1cd\n".encode()) == [(1, "a\xe2\x80\xa8b\x0bc\x1cd")]


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    assert read(tmp_path / "f", b"\xef\xbb\xbfa\n\xef\xbb\xbfb") == [(1, "a"), (2, "\xef\xbb\xbfb")]


def test_a_gzipped_file_is_known_by_its_content(tmp_path: Path) -> None:
    assert read(tmp_path / "f.csv", gzip.compress(b"a\nb\n")) == [(1, "a"), (2, "b")]


def test_of_an_endless_line_only_the_beginning_is_kept(tmp_path: Path) -> None:
    lines = read(tmp_path / "f", b"x" * (5 * LONGEST_LINE) + b"\nb\n")

    assert [number for number, _ in lines] == [1, 2]
    assert len(lines[0][1]) == LONGEST_LINE + 2
    assert lines[1] == (2, "b")


@pytest.mark.parametrize(
    "content", [gzip.compress(b"a\n" * 9999, mtime=0)[:-20], b"\x1f\x8bnonsense"], ids=["cut", "nonsense"]
)
def test_a_damaged_archive_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileUnreadable) as refused:
        read(tmp_path / "f.csv.gz", content)

    assert str(refused.value) == "f.csv.gz cannot be read: its compressed content is damaged or cut short"


def test_a_missing_file_and_a_folder_are_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match=r"^none cannot be read: no such file or directory$"):
        list(physical_lines(tmp_path / "none"))
    with pytest.raises(FileUnreadable, match=r"cannot be read: is a directory$"):
        list(physical_lines(tmp_path))
