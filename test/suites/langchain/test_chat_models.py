"""
LangChain's standard tests of chat models, for the packages of the three dialects. `has_...` and `supports_...` say which tests apply; what
is not set is the default.
"""

import os

from langchain_anthropic import ChatAnthropic
from langchain_ollama import ChatOllama
from langchain_openai import ChatOpenAI
from langchain_tests.integration_tests import ChatModelIntegrationTests

URL = os.environ["CLAUDACITY_URL"]


class Common(ChatModelIntegrationTests):
    """What holds for all packages. Audio stays off: Claude hears none."""

    supports_image_inputs = True
    supports_model_override = True
    model_override_value = "haiku"


class TestOllama(Common):
    """The package has no PDFs, and drops images from the results of tools."""

    chat_model_class = ChatOllama
    # The package drops the parameter: Ollama's own API has none.
    has_tool_choice = False
    chat_model_params = {"model": "sonnet", "base_url": URL}
    supports_json_mode = True


class OpenAI(Common):
    chat_model_class = ChatOpenAI
    supports_pdf_inputs = True
    supports_image_tool_message = True
    supports_json_mode = True


class TestOpenAIChatCompletions(OpenAI):
    chat_model_params = {"model": "sonnet", "base_url": f"{URL}/v1", "api_key": "none", "stream_usage": True}


class TestOpenAIResponses(OpenAI):
    chat_model_params = {"model": "sonnet", "base_url": f"{URL}/v1", "api_key": "none", "use_responses_api": True}
    supports_pdf_tool_message = True


class TestAnthropic(Common):
    chat_model_class = ChatAnthropic
    chat_model_params = {"model": "sonnet", "base_url": URL, "api_key": "none"}
    supports_pdf_inputs = True
    supports_image_tool_message = True
    supports_pdf_tool_message = True
    supports_anthropic_inputs = True
