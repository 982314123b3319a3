"""Files are written atomically, with usual permissions; links and pipes stay what they are."""

import os
import stat
import threading

import numpy as np
import pytest

from skmnist.datasets import read_idx, write_idx


@pytest.mark.parametrize("name", ["array", "array.gz"])
def test_failed_write_leaves_the_old_file_unchanged(tmp_path, name, files_limited_to):
    path = tmp_path / name
    write_idx(path, np.arange(5.0))
    too_much = np.random.default_rng(0).random(100_000)
    with files_limited_to(10_000), pytest.raises(OSError, match="File too large"):
        write_idx(path, too_much)
    assert read_idx(path).tolist() == [0, 1, 2, 3, 4]
    assert list(tmp_path.iterdir()) == [path]


def test_array_can_replace_the_file_that_it_is_mapped_from(tmp_path):
    path = tmp_path / "array"
    write_idx(path, np.arange(4, dtype=np.uint8))
    mapped = np.memmap(path, dtype=np.uint8, mode="r", offset=8)
    write_idx(path, mapped[::-1])
    assert read_idx(path).tolist() == [3, 2, 1, 0]


def test_folder_is_not_replaced(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(IsADirectoryError, match="folder"):
        write_idx(folder, np.zeros(3))
    assert list(tmp_path.iterdir()) == [folder]


def test_error_for_a_missing_file_or_folder(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_idx(tmp_path / "nowhere" / "array", np.zeros(3))
    with pytest.raises(FileNotFoundError, match="nothing"):
        read_idx(tmp_path / "nothing")


def test_error_for_the_content_of_a_file_or_an_array_instead_of_a_path():
    message = (
        r"must be a path or a binary file object; got b'\\x89PNG.*pass io\.BytesIO\(content\)\.$"
    )
    with pytest.raises(ValueError, match=message):
        read_idx(b"\x89PNG" + bytes(1000))
    with pytest.raises(TypeError, match=r"got an array of type float64 and shape \(28, 28\)\.$"):
        read_idx(np.zeros((28, 28)))


def test_named_pipe_is_written_and_read(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    array = np.arange(100_000, dtype=np.int32)
    writer = threading.Thread(target=write_idx, args=(pipe, array), daemon=True)
    writer.start()
    np.testing.assert_array_equal(read_idx(pipe), array)
    writer.join()
    assert pipe.is_fifo()


def test_target_of_a_link_is_replaced_but_not_the_link(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    write_idx(link, np.zeros(3))
    assert link.is_symlink()
    assert read_idx(target).tolist() == [0, 0, 0]


def test_permissions_are_those_of_the_old_file_or_of_any_new_file(tmp_path):
    def mode(path):
        return stat.S_IMODE(path.stat().st_mode)

    path, other = tmp_path / "array", tmp_path / "other"
    other.touch()
    write_idx(path, np.zeros(3))
    assert mode(path) == mode(other)
    path.chmod(0o640)
    write_idx(path, np.zeros(4))
    assert mode(path) == 0o640
