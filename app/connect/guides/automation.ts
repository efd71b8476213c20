/** Guides of automation. */
import { type Guide, keyedUrl, keyText } from '../../shared/connect/guide';

export const AUTOMATION_GUIDES: readonly Guide[] = [
  {
    id: 'n8n',
    title: 'n8n',
    group: 'Automation',
    speaks: 'OpenAI or Ollama',
    words: 'workflow docker',
    clients: [],
    libraries: ['openai-node', 'ollama-js', 'axios'],
    steps: (values) => [
      {
        text: 'Create a credential of the type “OpenAI” for the nodes “OpenAI Chat Model” and “OpenAI”.',
        fields: [
          ['API Key', keyText(values)],
          ['Base URL', `${values.url}/v1`],
        ],
      },
      {
        text: 'Or one of the type “Ollama” for the node “Ollama Chat Model”.',
        fields: [['Base URL', values.url], ...(values.key === null ? [] : [['API Key', values.key] as const])],
      },
      { text: 'Choose the model in the node.', fields: [['Model', values.model]] },
    ],
    notes: [
      'Where n8n runs in a container on Linux, start it with --add-host=host.docker.internal:host-gateway.',
      'Without a container, use 127.0.0.1 and not localhost, which n8n may take for IPv6.',
    ],
    sources: ['n8n: “OpenAI credentials”, “Ollama credentials”', 'Ollama: “n8n”'],
  },
  {
    id: 'home-assistant',
    title: 'Home Assistant',
    group: 'Automation',
    speaks: 'Ollama',
    words: 'assist voice conversation agent smart home',
    clients: ['Home Assistant'],
    libraries: ['ollama-python'],
    steps: (values) => [
      { text: 'Open “Settings” → “Devices & services”, press “Add integration” and choose “Ollama”.' },
      { text: 'Enter the address.', fields: [['URL', keyedUrl(values)]] },
      { text: 'Add a conversation agent and choose the model.', fields: [['Model', `${values.model}:latest`]] },
      { text: 'Open “Settings” → “Voice assistants” and choose the agent.' },
    ],
    keyInUrl: true,
    notes: ['Home Assistant usually runs on another computer or in a container: choose the place above.'],
    sources: ['Home Assistant: “Ollama”'],
    tested: 'test/api/editors.test.ts (its requests)',
  },
];
