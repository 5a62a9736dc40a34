"""Fails unless a pytest report (JUnit XML) holds tests and none of them was left out: .ci/all_ran.py REPORT."""

import sys
from xml.etree import ElementTree

suite = ElementTree.parse(sys.argv[1]).getroot().find("testsuite")
assert suite is not None
ran, left_out = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
print(f"tests that need the article's text: {ran} ran, {left_out} left out")
sys.exit(0 if ran and not left_out else 1)
