/** Guides of programs to chat with. */
import { type Guide, keyedUrl, keyText } from '../../shared/connect/guide';

const OPEN_WEBUI_SOURCES = [
  'Open WebUI: “Starting with Ollama”, “Starting with OpenAI-Compatible Servers”, “Environment Variable Configuration”',
];

export const CHAT_GUIDES: readonly Guide[] = [
  {
    id: 'open-webui',
    title: 'Open WebUI',
    group: 'Chat',
    speaks: 'Ollama or OpenAI',
    words: 'openwebui python pip chat',
    clients: ['Open WebUI'],
    libraries: ['aiohttp'],
    steps: (values) => [
      { text: 'In Open WebUI, open “Admin Panel” → “Settings” → “Connections”.' },
      {
        text: 'Under “Ollama API”, add a connection. It lists the models by itself.',
        fields: [['URL', values.url], ...(values.key === null ? [] : [['Key', values.key] as const])],
      },
      {
        text: 'Or, under “OpenAI API”, add this one instead. Not both, or each model is listed twice.',
        fields: [
          ['URL', `${values.url}/v1`],
          ['Key', keyText(values)],
        ],
      },
    ],
    notes: [
      'Titles, tags and follow-up questions are requests of their own. The setting “Model for tasks” chooses a cheaper model for them.',
    ],
    sources: OPEN_WEBUI_SOURCES,
    tested: 'context/PROGRAMS.md (driven unmodified)',
  },
  {
    id: 'open-webui-docker',
    title: 'Open WebUI in Docker',
    group: 'Chat',
    speaks: 'Ollama',
    words: 'openwebui container podman compose',
    clients: ['Open WebUI'],
    libraries: ['aiohttp'],
    steps: (values) => [
      {
        text: 'Start the container with this server as its Ollama.',
        code: {
          language: 'sh',
          text: [
            'docker run -d --name open-webui -p 3000:8080 \\',
            '  --add-host=host.docker.internal:host-gateway \\',
            `  -e OLLAMA_BASE_URL='${keyedUrl(values)}' \\`,
            '  -v open-webui:/app/backend/data \\',
            '  ghcr.io/open-webui/open-webui:main',
          ].join('\n'),
        },
      },
      { text: 'Open http://localhost:3000 and choose a model.' },
    ],
    keyInUrl: true,
    notes: [
      'The variable counts on the first start alone. Later, change the address under “Admin Panel” → “Settings” → “Connections”, where the key has a field of its own.',
    ],
    sources: OPEN_WEBUI_SOURCES,
    tested: 'context/PROGRAMS.md (driven unmodified)',
  },
  {
    id: 'obsidian',
    title: 'Obsidian',
    group: 'Chat',
    speaks: 'OpenAI or Ollama',
    words: 'copilot plugin notes',
    clients: ['Obsidian'],
    steps: (values) => [
      { text: 'Install the community plugin “Copilot” and open “Settings” → “Copilot”.' },
      {
        text: 'Add a model of the provider “3rd party (openai-format)”; in version 4, add a provider under “BYOK” instead.',
        fields: [
          ['Model', values.model],
          ['Base URL', `${values.url}/v1`],
          ['API key', keyText(values)],
        ],
      },
      {
        text: 'If requests are refused because of their origin, let Obsidian in: add this to “Web origins” in the settings of Claudacity.',
        fields: [['Web origin', 'app://obsidian.md']],
      },
    ],
    sources: ['Copilot for Obsidian: “LLM Providers”, “Model Sources and BYOK”'],
    tested: 'test/api/editors.test.ts (its requests)',
  },
];
