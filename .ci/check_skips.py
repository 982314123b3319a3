"""Fail when a test was skipped in every job that collected it: such a test tests nothing.

Usage: check_skips.py FOLDER, where each job of the matrix left a junit report, FOLDER/*.xml.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

# What none of the jobs can run, and why: a pattern of test ids -> the reason.
EXPECTED = {
    r"check_array_api.*(cupy|dpnp|cuda|xpu|mps)": "scikit-learn's checks on other devices",
}


def outcomes(report):
    """Yield (test id, reason for its skip or None) for each test of a report."""
    for case in ElementTree.parse(report).iter("testcase"):
        test = "::".join(filter(None, (case.get("classname"), case.get("name"))))
        skip = case.find("skipped")
        if skip is None or skip.get("type") == "pytest.xfail":
            yield test, None
        else:
            said = skip.text if skip.get("message") == "collection skipped" else skip.get("message")
            yield test, f"{report.stem}: {said}"


def never_run(reports):
    """Map each test that was always skipped to the reasons that the jobs gave."""
    ran, skipped = set(), defaultdict(list)
    for report in reports:
        for test, reason in outcomes(report):
            if reason is None:
                # A module skipped as a whole is reported under the module's name alone.
                parts = re.split(r"::|\.", test)
                ran.update((test, *(".".join(parts[:i]) for i in range(1, len(parts)))))
            else:
                skipped[test].append(reason)
    return {test: reasons for test, reasons in sorted(skipped.items()) if test not in ran}


def main(folder):
    reports = sorted(Path(folder).glob("*.xml"))
    if not reports:
        return f"No junit report in {folder}: which tests ran is unknown."
    never = never_run(reports)
    unexpected = [
        test for test in never if not any(re.search(pattern, test) for pattern in EXPECTED)
    ]
    for test in unexpected:
        print(f"skipped in every job: {test}", *never[test], sep="\n    ")
    if unexpected:
        return f"{len(unexpected)} tests ran in none of {len(reports)} jobs."
    print(f"No test was skipped in all of {len(reports)} jobs ({len(never)} expected exceptions).")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
