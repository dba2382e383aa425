# validate_json.py README JSON: validates the JSON file against the schema that the README publishes.
import json
import re
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as readme:
    published = re.search(r"<!-- schema of --output json -->\n```json\n(.*?)```", readme.read(), re.DOTALL)
schema = json.loads(published.group(1))
jsonschema.Draft7Validator.check_schema(schema)
with open(sys.argv[2], encoding="utf-8") as report:
    errors = list(jsonschema.Draft7Validator(schema).iter_errors(json.load(report)))
for error in errors:
    print(f"{'/'.join(map(str, error.path))}: {error.message}")
sys.exit(1 if errors else 0)
