/** Guides of editors and their extensions. */
import { type Guide, keyedUrl, keyText } from '../../shared/connect/guide';

export const EDITOR_GUIDES: readonly Guide[] = [
  {
    id: 'continue',
    title: 'Continue',
    group: 'Editors',
    speaks: 'OpenAI, Chat Completions',
    words: 'vs code jetbrains extension cn config.yaml',
    clients: [],
    libraries: ['openai-node', 'node-fetch'],
    steps: (values) => [
      {
        text: 'Add this model to config.yaml in the folder .continue of your home (“Open local config” in the extension).',
        code: {
          language: 'yaml',
          text: [
            'models:',
            `  - name: Claude ${values.model}`,
            '    provider: openai',
            `    model: ${values.model}`,
            `    apiBase: ${values.url}/v1`,
            `    apiKey: ${keyText(values)}`,
            '    roles: [chat, edit, apply]',
            '    capabilities: [tool_use, image_input]',
          ].join('\n'),
        },
      },
      { text: 'Choose the model below the chat box.' },
    ],
    notes: ['Autocomplete sends a request with every pause in typing. Leave it to a local model.'],
    sources: ['Continue: “config.yaml Reference”, “How to Configure OpenAI Models”'],
    tested: 'context/PROGRAMS.md (driven unmodified)',
  },
  {
    id: 'cline',
    title: 'Cline',
    group: 'Editors',
    speaks: 'OpenAI, Chat Completions',
    words: 'vs code extension roo',
    clients: ['Cline'],
    steps: (values) => [
      {
        text: 'In the extension, open the settings (⚙) and choose the API provider “OpenAI Compatible”.',
        fields: [
          ['Base URL', `${values.url}/v1`],
          ['API Key', keyText(values)],
          ['Model ID', values.model],
        ],
      },
      {
        text: 'For Cline’s command, run this instead.',
        code: {
          language: 'sh',
          text: `cline auth -p openai-compatible -b ${values.url}/v1 -k ${keyText(values)} -m ${values.model}`,
        },
      },
    ],
    sources: ['Cline: “OpenAI Compatible”'],
    tested: 'context/PROGRAMS.md (its command, driven unmodified)',
  },
  {
    id: 'zed',
    title: 'Zed',
    group: 'Editors',
    speaks: 'Ollama',
    words: 'agent panel',
    clients: ['Zed'],
    steps: (values) => [
      {
        text: 'Add this to settings.json (command “zed: open settings file”). Zed finds the models by itself.',
        code: {
          language: 'json',
          text: JSON.stringify(
            { language_models: { ollama: { api_url: values.url, context_window: 200_000 } } },
            null,
            2,
          ),
        },
      },
      ...(values.key === null
        ? []
        : [
            {
              text: 'Enter the key under “Agent Settings” → “LLM Providers” → “Ollama”.',
              fields: [['API key', values.key]] as const,
            },
          ]),
      { text: 'Choose a model in the agent panel.' },
    ],
    sources: ['Zed: “Use a Local Model”'],
    tested: 'test/api/editors.test.ts (its requests)',
  },
  {
    id: 'vscode',
    title: 'VS Code',
    group: 'Editors',
    speaks: 'Ollama or OpenAI',
    words: 'visual studio code github copilot chat byok language models',
    clients: ['GitHub Copilot'],
    steps: (values) => [
      { text: 'Run “Chat: Manage Language Models” from the Command Palette and press “Add Models”.' },
      {
        text: 'Choose “Ollama”, and then the models that the chat should offer.',
        fields: [['Ollama server URL', keyedUrl(values)]],
      },
      {
        text: 'Or choose “Custom Endpoint” (version 1.122 or later) with “Chat Completions”, and put the model into the file that opens.',
        code: {
          language: 'json',
          text: JSON.stringify(
            [
              {
                name: 'Claudacity',
                vendor: 'customendpoint',
                apiKey: keyText(values),
                apiType: 'chat-completions',
                models: [
                  {
                    id: values.model,
                    name: `Claude ${values.model}`,
                    url: `${values.url}/v1/chat/completions`,
                    toolCalling: true,
                    vision: true,
                    maxInputTokens: 180_000,
                    maxOutputTokens: 16_000,
                  },
                ],
              },
            ],
            null,
            2,
          ),
        },
      },
      { text: 'Choose the model below the chat box.' },
    ],
    keyInUrl: true,
    notes: ['Copilot Business and Enterprise allow own models only where the administrator has turned them on.'],
    sources: ['VS Code: “AI language models in VS Code”', 'GitHub, microsoft/vscode: #316916'],
    tested: 'test/api/editors.test.ts (its requests)',
  },
  {
    id: 'jetbrains',
    title: 'JetBrains AI Assistant',
    group: 'Editors',
    speaks: 'OpenAI, Chat Completions',
    words: 'intellij idea pycharm webstorm goland rider',
    clients: [],
    libraries: ['ktor-client'],
    steps: (values) => [
      {
        text: 'Open “Settings” → “Tools” → “AI Assistant” → “Providers & API keys” (“Models & API Keys” in some versions).',
      },
      {
        text: 'Under “Third-party AI providers”, choose “OpenAI-compatible”, turn on tool calling and press “Test Connection”.',
        fields: [
          ['URL', `${values.url}/v1`],
          ['API Key', keyText(values)],
        ],
      },
      { text: 'Choose the model in AI Chat.' },
    ],
    notes: [
      'It sends no name of its own: the log lists it by its HTTP library. A key of its own makes its requests recognizable.',
    ],
    sources: ['JetBrains: “Use third-party and local models”'],
    tested: 'test/api/editors.test.ts (its requests)',
  },
  {
    id: 'xcode',
    title: 'Xcode',
    group: 'Editors',
    speaks: 'OpenAI, Chat Completions',
    words: 'apple intelligence swift coding assistant',
    clients: ['Xcode'],
    steps: (values) => [
      { text: 'Open “Xcode” → “Settings” → “Intelligence” and press “Add a Chat Provider”.' },
      values.place === 'here'
        ? {
            text: 'Choose “Locally Hosted”.',
            fields: [
              ['Port', new URL(values.url).port || '80'],
              ['Description', 'Claudacity'],
            ],
          }
        : {
            text: 'Choose “Internet Hosted”.',
            fields: [
              ['URL', values.url],
              ['API Key', keyText(values)],
              ['API Key Header', 'x-api-key'],
              ['Description', 'Claudacity'],
            ],
          },
      { text: 'Choose a model in the coding assistant.' },
    ],
    sources: ['Apple: “Setting up coding intelligence”'],
    tested: 'test/api/editors.test.ts (its requests)',
  },
];
