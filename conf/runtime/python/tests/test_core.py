"""The clients need the standard library alone."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import unittest

import tacit_runtime

PRINT_OTHERS = """
import sys
sys.path.insert(0, sys.argv[1])
import tacit_runtime
print(sorted({name.split(".")[0] for name in sys.modules} - sys.stdlib_module_names - {"__main__"}))
"""


class CoreTest(unittest.TestCase):
    def test_imports(self) -> None:
        folder = pathlib.Path(tacit_runtime.__file__).parent.parent
        run = subprocess.run(
            [sys.executable, "-I", "-S", "-c", PRINT_OTHERS, str(folder)], capture_output=True, text=True, check=True
        )
        self.assertEqual(run.stdout, "['tacit_runtime']\n")

    def test_names(self) -> None:
        for name in tacit_runtime.__all__:
            self.assertTrue(hasattr(tacit_runtime, name), name)
        self.assertTrue(pathlib.Path(tacit_runtime.__file__).with_name("py.typed").exists())


if __name__ == "__main__":
    unittest.main()
