"""Asks the app with an API key in each place where the packages of Ollama, OpenAI and Anthropic can have one.

usage: checks.py HOST:PORT KEY. Prints a line for each check: "ok NAME" or "failed NAME: REASON".
"""
import sys

import anthropic
import ollama
import openai

HOST, KEY = sys.argv[1:]
URL = f"http://{HOST}"
IN_URL = f"http://any:{KEY}@{HOST}"
IN_PATH = f"{URL}/k/{KEY}"
HI = [{"role": "user", "content": "Hi."}]


def ask_ollama(host, **options):
    return ollama.Client(host=host, **options).chat(model="sonnet", messages=HI)


def ask_openai(base, key="any"):
    client = openai.OpenAI(base_url=f"{base}/v1", api_key=key, max_retries=0)
    return client.chat.completions.create(model="sonnet", messages=HI)


def ask_anthropic(base, **options):
    client = anthropic.Anthropic(base_url=base, max_retries=0, **{"api_key": "any", **options})
    return client.messages.create(model="sonnet", max_tokens=100, messages=HI)


CHECKS = {
    "ollama: header": lambda: ask_ollama(URL, headers={"Authorization": f"Bearer {KEY}"}),
    # The package drops the user and password of a URL, but passes this option to httpx.
    "ollama: Basic": lambda: ask_ollama(URL, auth=("any", KEY)),
    "ollama: path": lambda: ask_ollama(IN_PATH),
    "openai: header": lambda: ask_openai(URL, KEY),
    "openai: path": lambda: ask_openai(IN_PATH),
    "anthropic: x-api-key": lambda: ask_anthropic(URL, api_key=KEY),
    "anthropic: Bearer": lambda: ask_anthropic(URL, api_key=None, auth_token=KEY),
    "anthropic: user in the URL": lambda: ask_anthropic(f"http://{KEY}@{HOST}"),
    "anthropic: password in the URL": lambda: ask_anthropic(IN_URL),
    "anthropic: path": lambda: ask_anthropic(IN_PATH),
}

for name, check in CHECKS.items():
    try:
        check()
        print(f"ok {name}")
    except Exception as error:
        print(f"failed {name}: {type(error).__name__} {error}".splitlines()[0])
