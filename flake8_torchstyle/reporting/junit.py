"""JUnit XML, as continuous integration servers read test results."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from typing import TextIO
from xml.etree import ElementTree

from ..runner import Reported


def write(reported: Sequence[Reported], stream: TextIO) -> None:
    """Write a suite for each file and a failed case for each finding."""
    count = len(reported)
    root = ElementTree.Element("testsuites", name="torchstyle", tests=str(count), failures=str(count), errors="0")
    for path, group in itertools.groupby(reported, key=lambda item: item.path):
        items = list(group)
        size = str(len(items))
        suite = ElementTree.SubElement(root, "testsuite", name=path, tests=size, failures=size, errors="0")
        for item in items:
            _add_case(suite, item)
    if not reported:
        suite = ElementTree.SubElement(root, "testsuite", name="torchstyle", tests="1", failures="0", errors="0")
        ElementTree.SubElement(suite, "testcase", name="no findings", classname="torchstyle")
    ElementTree.indent(root)
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    stream.write(ElementTree.tostring(root, encoding="unicode") + "\n")


def _add_case(suite: ElementTree.Element, item: Reported) -> None:
    finding = item.finding
    row, column = str(finding.start.row), str(finding.start.column)
    classname = os.path.splitext(item.path)[0].replace(os.sep, ".")
    case = ElementTree.SubElement(
        suite, "testcase", name=f"{finding.code} {row}:{column}", classname=classname, line=row, column=column
    )
    ElementTree.SubElement(
        case, "failure", message=finding.message
    ).text = f"{item.path}:{row}:{column}: {finding.code} {finding.message}"
