"""
Makes generated requests follow the rules that the description has in words, since a JSON schema cannot say them: a model that exists, a
question at the end, tools of different names and a choice among them, and texts that are JSON schemas, images, PDFs or known ids. Only
requests that match the description's schemas are changed, so each of them must be accepted.
"""

import schemathesis

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PDF = "JVBERi0xLjQKJSVFT0YK"
QUESTION = {"role": "user", "content": "Why?"}


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if "id" in case.path_parameters:
        case.path_parameters["id"] = "sonnet"
    body = case.body
    if isinstance(body, dict):
        follow_rules(body)
        if body.get("raw"):
            body["raw"] = False


def follow_rules(body):
    for name in ("model", "name"):
        if body.get(name):
            body[name] = "sonnet"
    if isinstance(body.get("messages"), list):
        body["messages"].append(dict(QUESTION))
    if isinstance(body.get("input"), list):
        # Only the server knows the ids of what it has stored.
        body["input"] = [item for item in body["input"] if not is_reference(item)] + [dict(QUESTION)]
    body.pop("previous_response_id", None)
    if isinstance(body.get("prompt"), list):
        body["n"] = 1
    if isinstance(body.get("images"), list):
        body["images"] = [PNG for _ in body["images"]]
    follow_tool_rules(body)
    for value in body.values():
        follow_nested_rules(value)


def is_reference(item):
    kind = item.get("type")
    return kind == "item_reference" or (kind is None and "role" not in item)


def follow_tool_rules(body):
    names = set()
    functions = list(declared_functions(body))
    for number, function in enumerate(functions):
        function["name"] = f"tool_{number}"
    names = [function["name"] for function in functions]
    choice = body.get("tool_choice")
    if isinstance(choice, dict):
        # Each dialect's choice of one of the tools needs a tool.
        named = {"auto": "auto", "none": "none", "any": "any"}.get(choice.get("type"))
        if named == "any" and not names or choice.get("type") in ("tool", "function", "allowed_tools"):
            body.pop("tool_choice")
    if choice == "required" and not names:
        body.pop("tool_choice")
    if isinstance(body.get("function_call"), dict):
        body.pop("function_call")


def declared_functions(body):
    for tool in body.get("tools") or []:
        if isinstance(tool.get("function"), dict):
            yield tool["function"]
        elif tool.get("type") == "namespace":
            yield from (inner for inner in tool["tools"] if inner.get("type") == "function")
        elif tool.get("type") in (None, "custom", "function"):
            yield tool
    yield from body.get("functions") or []


JSON_SCHEMAS = ("parameters", "input_schema", "schema")


def follow_nested_rules(value):
    if isinstance(value, list):
        for item in value:
            follow_nested_rules(item)
    if not isinstance(value, dict):
        return
    for name in JSON_SCHEMAS:
        if isinstance(value.get(name), dict):
            value[name] = {"type": "object", "properties": {"a": {"type": "string"}}}
    if isinstance(value.get("images"), list):
        value["images"] = [PNG for _ in value["images"]]
    if value.get("image_url") is not None:
        value["image_url"] = f"data:image/png;base64,{PNG}"
    if value.get("file_data") is not None:
        value["file_data"] = PDF
    if isinstance(value.get("source"), dict) and value["source"].get("type") in ("base64", "url"):
        value["source"] = {"type": "base64", "data": PDF if value.get("type") == "document" else PNG}
    for item in value.values():
        follow_nested_rules(item)
