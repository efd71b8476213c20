"""Asks the app with the packages of Anthropic and OpenAI in their strict mode, which raises where an answer does not have its type.

usage: checks.py URL. Prints a line for each check: "ok NAME" or "failed NAME: REASON"; the last line of a reason is enough.
"""
import sys

import anthropic
import openai

URL = sys.argv[1]
STRICT = {"api_key": "any", "max_retries": 0, "_strict_response_validation": True}
anthropic_client = anthropic.Anthropic(base_url=URL, **STRICT)
openai_client = openai.OpenAI(base_url=f"{URL}/v1", **STRICT)
# OpenAI itself streams completions with "finish_reason": null, which the package's type does not allow.
lenient_openai_client = openai.OpenAI(base_url=f"{URL}/v1", **{**STRICT, "_strict_response_validation": False})

HI = [{"role": "user", "content": "Hi."}]
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
CLAUDE_TOOLS = [{"name": "weather", "description": "The weather.", "input_schema": WEATHER}]
FUNCTION = {"name": "weather", "description": "The weather.", "parameters": WEATHER}
MESSAGE = {"model": "sonnet", "max_tokens": 1000, "messages": HI}
TOOL_QUESTION = [{"role": "user", "content": "Call the tool."}]
THINK_QUESTION = [{"role": "user", "content": "Think."}]


def drain(stream):
    """Reads a stream to its end; each event is validated."""
    assert len(list(stream)) > 0, "no event"


def message_stream():
    with anthropic_client.messages.stream(**MESSAGE) as stream:
        assert stream.get_final_message().content, "no content"


def response_stream():
    with openai_client.responses.stream(model="sonnet", input="Hi.") as stream:
        assert stream.get_final_response().output, "no output"


def expect_error(kind, ask):
    try:
        ask()
    except kind:
        return
    raise AssertionError(f"no {kind.__name__}")


messages = anthropic_client.messages
chat = openai_client.chat.completions
responses = openai_client.responses
CHECKS = {
    "anthropic: a message": lambda: messages.create(**MESSAGE),
    "anthropic: a stream": lambda: drain(messages.create(**MESSAGE, stream=True)),
    "anthropic: the stream helper": message_stream,
    "anthropic: a tool call": lambda: messages.create(**{**MESSAGE, "messages": TOOL_QUESTION}, tools=CLAUDE_TOOLS),
    "anthropic: a streamed tool call": lambda: drain(
        messages.create(**{**MESSAGE, "messages": TOOL_QUESTION}, tools=CLAUDE_TOOLS, stream=True)
    ),
    "anthropic: thinking": lambda: messages.create(
        **{**MESSAGE, "messages": THINK_QUESTION}, thinking={"type": "adaptive"}
    ),
    "anthropic: streamed thinking": lambda: drain(
        messages.create(**{**MESSAGE, "messages": THINK_QUESTION}, thinking={"type": "adaptive"}, stream=True)
    ),
    "anthropic: a beta message": lambda: anthropic_client.beta.messages.create(**MESSAGE, betas=["x-2026-01-01"]),
    "anthropic: a beta stream": lambda: drain(anthropic_client.beta.messages.create(**MESSAGE, stream=True)),
    "anthropic: counted tokens": lambda: messages.count_tokens(model="sonnet", messages=HI),
    "anthropic: beta counted tokens": lambda: anthropic_client.beta.messages.count_tokens(model="sonnet", messages=HI),
    "anthropic: the models": lambda: drain(anthropic_client.models.list()),
    "anthropic: a model": lambda: anthropic_client.models.retrieve("sonnet"),
    "anthropic: the beta models": lambda: drain(anthropic_client.beta.models.list()),
    "anthropic: a beta model": lambda: anthropic_client.beta.models.retrieve("sonnet"),
    "anthropic: an unknown model": lambda: expect_error(
        anthropic.NotFoundError, lambda: anthropic_client.models.retrieve("gpt-4")
    ),
    "openai: a chat completion": lambda: chat.create(model="sonnet", messages=HI),
    "openai: a streamed chat completion": lambda: drain(
        chat.create(model="sonnet", messages=HI, stream=True, stream_options={"include_usage": True})
    ),
    "openai: two choices": lambda: chat.create(model="sonnet", messages=HI, n=2),
    "openai: a tool call": lambda: chat.create(
        model="sonnet", messages=TOOL_QUESTION, tools=[{"type": "function", "function": FUNCTION}]
    ),
    "openai: a streamed tool call": lambda: drain(
        chat.create(
            model="sonnet", messages=TOOL_QUESTION, tools=[{"type": "function", "function": FUNCTION}], stream=True
        )
    ),
    "openai: thinking": lambda: chat.create(model="sonnet", messages=THINK_QUESTION, reasoning_effort="low"),
    "openai: a completion": lambda: openai_client.completions.create(model="sonnet", prompt="Hi."),
    "openai: a streamed completion": lambda: drain(
        lenient_openai_client.completions.create(model="sonnet", prompt="Hi.", stream=True)
    ),
    "openai: a response": lambda: responses.create(model="sonnet", input="Hi."),
    "openai: a streamed response": lambda: drain(responses.create(model="sonnet", input="Hi.", stream=True)),
    "openai: the response stream helper": response_stream,
    "openai: a function call in a response": lambda: responses.create(
        model="sonnet", input="Call the tool.", tools=[{"type": "function", "strict": False, **FUNCTION}]
    ),
    "openai: a streamed function call in a response": lambda: drain(
        responses.create(
            model="sonnet",
            input="Call the tool.",
            tools=[{"type": "function", "strict": False, **FUNCTION}],
            stream=True,
        )
    ),
    "openai: reasoning in a response": lambda: responses.create(
        model="sonnet", input="Think.", reasoning={"effort": "low", "summary": "auto"}
    ),
    "openai: streamed reasoning in a response": lambda: drain(
        responses.create(model="sonnet", input="Think.", reasoning={"effort": "low", "summary": "auto"}, stream=True)
    ),
    "openai: the models": lambda: drain(openai_client.models.list()),
    "openai: a model": lambda: openai_client.models.retrieve("sonnet"),
    "openai: an unknown model": lambda: expect_error(
        openai.NotFoundError, lambda: openai_client.models.retrieve("gpt-4")
    ),
}

for name, check in CHECKS.items():
    try:
        check()
        print(f"ok {name}")
    except Exception as error:
        cause = error.__cause__ or error
        print(f"failed {name}: {type(error).__name__}: {str(cause)}".replace("\n", " "))
