"""Validates the responses and events in a file, one JSON object on each line, with the published types of Open Responses."""

import inspect
import json
import sys

from openresponses_types import types
from pydantic import BaseModel, ValidationError

EVENTS = {}
for name, model in inspect.getmembers(types, inspect.isclass):
    if name.endswith("StreamingEvent") and issubclass(model, BaseModel):
        for value in model.model_fields["type"].annotation:
            EVENTS[value.value] = model

with open(sys.argv[1], encoding="utf-8") as lines:
    for line in lines:
        value = json.loads(line)
        # The published types allow only null for a requested schema, OpenAI's only the schema itself.
        response = value.get("response") if "type" in value else value
        if response is not None and "schema" in response["text"]["format"]:
            response["text"]["format"]["schema"] = None
        kind = value.get("type", "response")
        model = EVENTS.get(kind) if "type" in value else types.ResponseResource
        if model is None:
            print(f"{kind}: there is no such event")
            continue
        try:
            model.model_validate(value)
            print("ok")
        except ValidationError as error:
            for problem in error.errors():
                place = ".".join(str(part) for part in problem["loc"])
                print(f"{kind}: {place}: {problem['msg']}")
