"""run_tests.py FILE...: runs the unittest files given, and leaves without the interpreter's own end."""

import logging
import os
import sys
import unittest

logging.getLogger("temporalio").setLevel(logging.ERROR + 1)  # the activities' failures are wanted
logging.getLogger("asyncio").setLevel(logging.ERROR)  # unittest switches its slow-callback messages on
modules = [os.path.splitext(name)[0] for name in sys.argv[1:]]
suite = unittest.defaultTestLoader.loadTestsFromNames(modules)
result = unittest.TextTestRunner(verbosity=2).run(suite)
sys.stdout.flush()
sys.stderr.flush()
# The official SDK's threads sometimes abort the process while the interpreter shuts down, after all tests have passed.
os._exit(0 if result.wasSuccessful() and result.testsRun > 0 else 1)
