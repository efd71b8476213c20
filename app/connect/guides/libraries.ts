/** Guides of packages for programmers. */
import { type Guide, type GuideValues, keyText } from '../../shared/connect/guide';

/** The question that each example asks. */
const QUESTION = 'Why is the sky blue?';

export const LIBRARY_GUIDES: readonly Guide[] = [
  {
    id: 'ollama-js',
    title: 'Ollama for JavaScript',
    group: 'Libraries',
    speaks: 'Ollama',
    words: 'npm node typescript',
    clients: ['ollama-js'],
    steps: (values) => [
      install('npm install ollama'),
      program('js', [
        "import { Ollama } from 'ollama';",
        '',
        `const ollama = new Ollama({ host: '${values.url}'${jsHeaders(values)} });`,
        'const stream = await ollama.chat({',
        `  model: '${values.model}',`,
        `  messages: [{ role: 'user', content: '${QUESTION}' }],`,
        '  stream: true,',
        '});',
        'for await (const part of stream) process.stdout.write(part.message.content);',
      ]),
    ],
    sources: ['ollama-js: README'],
    tested: 'test/api/clients (run with the package)',
  },
  {
    id: 'ollama-python',
    title: 'Ollama for Python',
    group: 'Libraries',
    speaks: 'Ollama',
    words: 'pip',
    clients: ['ollama-python'],
    steps: (values) => [
      install('pip install ollama'),
      program('python', [
        'from ollama import Client',
        '',
        `client = Client(host='${values.url}'${values.key === null ? '' : `, headers={'Authorization': 'Bearer ${values.key}'}`})`,
        'stream = client.chat(',
        `    model='${values.model}',`,
        `    messages=[{'role': 'user', 'content': '${QUESTION}'}],`,
        '    stream=True,',
        ')',
        'for part in stream:',
        "    print(part['message']['content'], end='', flush=True)",
      ]),
    ],
    sources: ['ollama-python: README'],
    tested: 'npm run test:suites keys (run with the package)',
  },
  {
    id: 'openai-js',
    title: 'OpenAI for JavaScript',
    group: 'Libraries',
    speaks: 'OpenAI',
    words: 'npm node typescript',
    clients: ['openai-node'],
    steps: (values) => [
      install('npm install openai'),
      program('js', [
        "import OpenAI from 'openai';",
        '',
        `const client = new OpenAI({ baseURL: '${values.url}/v1', apiKey: '${keyText(values)}' });`,
        'const stream = await client.chat.completions.create({',
        `  model: '${values.model}',`,
        `  messages: [{ role: 'user', content: '${QUESTION}' }],`,
        '  stream: true,',
        '});',
        "for await (const part of stream) process.stdout.write(part.choices[0]?.delta.content ?? '');",
      ]),
    ],
    notes: ['The Responses API (client.responses) works as well.'],
    sources: ['openai-node: README'],
    tested: 'test/api/clients (run with the package)',
  },
  {
    id: 'openai-python',
    title: 'OpenAI for Python',
    group: 'Libraries',
    speaks: 'OpenAI',
    words: 'pip',
    clients: ['openai-python'],
    steps: (values) => [
      install('pip install openai'),
      program('python', [
        'from openai import OpenAI',
        '',
        `client = OpenAI(base_url='${values.url}/v1', api_key='${keyText(values)}')`,
        'stream = client.chat.completions.create(',
        `    model='${values.model}',`,
        `    messages=[{'role': 'user', 'content': '${QUESTION}'}],`,
        '    stream=True,',
        ')',
        'for part in stream:',
        "    print(part.choices[0].delta.content or '', end='', flush=True)",
      ]),
    ],
    sources: ['openai-python: README'],
    tested: 'npm run test:suites strict (run with the package)',
  },
  {
    id: 'anthropic-js',
    title: 'Anthropic for JavaScript',
    group: 'Libraries',
    speaks: 'Anthropic',
    words: 'npm node typescript sdk',
    clients: ['anthropic-node'],
    steps: (values) => [
      install('npm install @anthropic-ai/sdk'),
      program('js', [
        "import Anthropic from '@anthropic-ai/sdk';",
        '',
        `const client = new Anthropic({ baseURL: '${values.url}', apiKey: '${keyText(values)}' });`,
        'const message = await client.messages.create({',
        `  model: '${values.model}',`,
        '  max_tokens: 1024,',
        `  messages: [{ role: 'user', content: '${QUESTION}' }],`,
        '});',
        'console.log(message.content);',
      ]),
    ],
    sources: ['anthropic-sdk-typescript: README'],
    tested: 'test/api/clients (run with the package)',
  },
  {
    id: 'anthropic-python',
    title: 'Anthropic for Python',
    group: 'Libraries',
    speaks: 'Anthropic',
    words: 'pip sdk',
    clients: ['anthropic-python'],
    steps: (values) => [
      install('pip install anthropic'),
      program('python', [
        'from anthropic import Anthropic',
        '',
        `client = Anthropic(base_url='${values.url}', api_key='${keyText(values)}')`,
        'message = client.messages.create(',
        `    model='${values.model}',`,
        '    max_tokens=1024,',
        `    messages=[{'role': 'user', 'content': '${QUESTION}'}],`,
        ')',
        'print(message.content)',
      ]),
    ],
    sources: ['anthropic-sdk-python: README'],
    tested: 'npm run test:suites strict (run with the package)',
  },
  {
    id: 'ai-sdk',
    title: 'Vercel AI SDK',
    group: 'Libraries',
    speaks: 'OpenAI, Anthropic or Ollama',
    words: 'ai package npm next.js',
    clients: ['AI SDK'],
    steps: (values) => [
      install('npm install ai @ai-sdk/openai-compatible'),
      program('js', [
        "import { createOpenAICompatible } from '@ai-sdk/openai-compatible';",
        "import { streamText } from 'ai';",
        '',
        'const claudacity = createOpenAICompatible({',
        "  name: 'claudacity',",
        `  baseURL: '${values.url}/v1',`,
        `  apiKey: '${keyText(values)}',`,
        '});',
        `const { textStream } = streamText({ model: claudacity('${values.model}'), prompt: '${QUESTION}' });`,
        'for await (const text of textStream) process.stdout.write(text);',
      ]),
    ],
    notes: ['@ai-sdk/openai takes the same address; @ai-sdk/anthropic too, with /v1 at its end.'],
    sources: ['AI SDK: “OpenAI Compatible Providers”'],
    tested: 'test/api/clients (run with the packages)',
  },
  {
    id: 'langchain',
    title: 'LangChain',
    group: 'Libraries',
    speaks: 'Ollama, OpenAI or Anthropic',
    words: 'python javascript langgraph',
    clients: [],
    libraries: ['openai-python', 'openai-node', 'ollama-python', 'ollama-js', 'anthropic-python', 'anthropic-node'],
    steps: (values) => [
      install('pip install langchain-openai'),
      program('python', [
        'from langchain_openai import ChatOpenAI',
        '',
        'model = ChatOpenAI(',
        `    model='${values.model}',`,
        `    base_url='${values.url}/v1',`,
        `    api_key='${keyText(values)}',`,
        ')',
        `print(model.invoke('${QUESTION}').content)`,
      ]),
    ],
    notes: [
      'ChatOllama and ChatAnthropic take the address without /v1. In JavaScript it is configuration: { baseURL }.',
    ],
    sources: ['LangChain: “ChatOpenAI”'],
    tested: 'npm run test:suites langchain (its standard tests)',
  },
  {
    id: 'litellm',
    title: 'LiteLLM',
    group: 'Libraries',
    speaks: 'OpenAI, Chat Completions',
    words: 'proxy gateway config.yaml',
    clients: ['litellm'],
    libraries: ['openai-python'],
    steps: (values) => [
      {
        text: 'Add the model to the config.yaml of the proxy.',
        code: {
          language: 'yaml',
          text: [
            'model_list:',
            `  - model_name: ${values.model}`,
            '    litellm_params:',
            `      model: openai/${values.model}`,
            `      api_base: ${values.url}/v1`,
            `      api_key: ${keyText(values)}`,
          ].join('\n'),
        },
      },
      { text: 'Start the proxy with it.', code: { language: 'sh', text: 'litellm --config config.yaml' } },
    ],
    sources: ['LiteLLM: “Proxy Config.yaml”, “OpenAI-Compatible Endpoints”'],
  },
];

function install(command: string) {
  return { text: 'Install the package.', code: { language: 'sh', text: command } };
}

function program(language: string, lines: readonly string[]) {
  return { text: 'Use it with this server’s address.', code: { language, text: lines.join('\n') } };
}

function jsHeaders({ key }: GuideValues): string {
  return key === null ? '' : `, headers: { Authorization: 'Bearer ${key}' }`;
}
