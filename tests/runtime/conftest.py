"""Which of these tests belong to this session."""

import os

# They are about servers that somebody else started, so without such servers there is no test.
collect_ignore = [] if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL") else ["test_production.py"]
