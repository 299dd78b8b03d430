"""What is generated is what the catalog gives."""

import subprocess
import sys
from pathlib import Path


def test_classes_are_those_of_the_catalog():
    subprocess.run([sys.executable, "-P", Path(__file__).parent.parent / "generate.py", "--check"], check=True)
