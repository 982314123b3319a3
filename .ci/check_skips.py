"""Fail if a test was skipped in every job that collected it.

Usage: check_skips.py FOLDER, which contains a junit report of each job, FOLDER/*.xml.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

# Tests that no job can run: a pattern for their ids -> the reason.
EXPECTED = {
    r"check_array_api.*(cupy|dpnp|cuda|xpu|mps)": "scikit-learn's checks on other devices",
}


def outcomes(report):
    """Yield (test id, reason for skipping it or None) for each test in a report."""
    for case in ElementTree.parse(report).iter("testcase"):
        test = "::".join(filter(None, (case.get("classname"), case.get("name"))))
        skip = case.find("skipped")
        if skip is None or skip.get("type") == "pytest.xfail":
            yield test, None
        else:
            message = skip.get("message")
            reason = skip.text if message == "collection skipped" else message
            yield test, f"{report.stem}: {reason}"


def never_run(reports):
    """Return a dict from each test that was always skipped to the reasons given by the jobs."""
    ran, skipped = set(), defaultdict(list)
    for report in reports:
        for test, reason in outcomes(report):
            if reason is None:
                # If a whole module is skipped, the report contains only the name of the module.
                parts = re.split(r"::|\.", test)
                ran.update((test, *(".".join(parts[:i]) for i in range(1, len(parts)))))
            else:
                skipped[test].append(reason)
    return {test: reasons for test, reasons in sorted(skipped.items()) if test not in ran}


def main(folder):
    reports = sorted(Path(folder).glob("*.xml"))
    if not reports:
        return f"FOLDER must contain junit reports; got {folder}, which contains none."
    never = never_run(reports)
    unexpected = [
        test for test in never if not any(re.search(pattern, test) for pattern in EXPECTED)
    ]
    for test in unexpected:
        print(f"Skipped in every job: {test}", *never[test], sep="\n    ")
    if unexpected:
        return f"{len(unexpected)} tests were skipped in all of {len(reports)} jobs."
    print(f"No test was skipped in all of {len(reports)} jobs ({len(never)} expected exceptions).")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
