"""Run the code of docs/guide/dask.md from top to bottom."""

import re
from pathlib import Path

import pytest

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")
pytest.importorskip("dask_ml")

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "dask.md"


def test_code_of_the_page_on_dask_runs(tmp_path):
    blocks = re.findall(
        r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    names = {}
    with dask.config.set(temporary_directory=str(tmp_path)):
        try:
            exec(compile("\n".join(blocks), PAGE, "exec"), names)
        finally:
            if "client" in names:
                names["client"].close()
    local = names["search"].set_params(n_jobs=1).fit(names["X"], names["y"])
    assert local.best_score_ == names["safe"].best_score_
