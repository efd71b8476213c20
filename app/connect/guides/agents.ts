/** Guides of coding agents in the terminal. */
import { type Guide, keyText, shellCode } from '../../shared/connect/guide';

export const AGENT_GUIDES: readonly Guide[] = [
  {
    id: 'claude-code',
    title: 'Claude Code',
    group: 'Agents',
    speaks: 'Anthropic',
    words: 'claude command cli settings.json',
    clients: ['Claude Code'],
    steps: (values) => [
      {
        text: 'Add this to settings.json in the folder .claude of your home.',
        code: {
          language: 'json',
          text: JSON.stringify(
            { env: { ANTHROPIC_BASE_URL: values.url, ANTHROPIC_AUTH_TOKEN: keyText(values) } },
            null,
            2,
          ),
        },
      },
      {
        text: 'Or set the variables in one terminal only.',
        code: shellCode(
          values,
          { ANTHROPIC_BASE_URL: values.url, ANTHROPIC_AUTH_TOKEN: keyText(values) },
          `claude --model ${values.model}`,
        ),
      },
    ],
    notes: [
      'The file’s variables win over those of the terminal. Claudacity itself runs claude without this file, so it never calls itself.',
      'Do not set ANTHROPIC_API_KEY as well: Claude Code would send both.',
    ],
    sources: ['Claude Code: “Connect Claude Code to an LLM gateway”, “Settings”'],
    tested: 'context/PROGRAMS.md (driven unmodified)',
  },
  {
    id: 'codex',
    title: 'Codex',
    group: 'Agents',
    speaks: 'OpenAI, Responses',
    words: 'openai cli config.toml',
    clients: ['Codex'],
    steps: (values) => [
      {
        text: 'Add this to config.toml in the folder .codex of your home. The first two lines belong above the first heading in brackets.',
        code: {
          language: 'toml',
          text: [
            `model = "${values.model}"`,
            'model_provider = "claudacity"',
            '',
            '[model_providers.claudacity]',
            'name = "Claudacity"',
            `base_url = "${values.url}/v1"`,
            'wire_api = "responses"',
            ...(values.key === null ? [] : [`experimental_bearer_token = "${values.key}"`]),
          ].join('\n'),
        },
      },
      { text: 'Start Codex again: it reads the file at its start alone.', code: { language: 'sh', text: 'codex' } },
    ],
    notes: [
      'To keep your own provider as the default, leave out the first two lines and start it with -c model_provider=claudacity and -m.',
    ],
    sources: ['Codex: “Configuration Reference”, “Advanced Configuration”'],
    tested: 'context/PROGRAMS.md (driven unmodified)',
  },
  {
    id: 'opencode',
    title: 'opencode',
    group: 'Agents',
    speaks: 'OpenAI, Chat Completions',
    words: 'cli opencode.json',
    clients: ['opencode'],
    libraries: ['AI SDK'],
    steps: (values) => [
      {
        text: 'Add this to opencode.json in the folder .config/opencode of your home.',
        code: {
          language: 'json',
          text: JSON.stringify(
            {
              $schema: 'https://opencode.ai/config.json',
              provider: {
                claudacity: {
                  npm: '@ai-sdk/openai-compatible',
                  name: 'Claudacity',
                  options: { baseURL: `${values.url}/v1`, ...(values.key !== null && { apiKey: values.key }) },
                  models: {
                    [values.model]: {
                      attachment: true,
                      tool_call: true,
                      modalities: { input: ['text', 'image'], output: ['text'] },
                    },
                  },
                },
              },
              model: `claudacity/${values.model}`,
            },
            null,
            2,
          ),
        },
      },
      { text: 'Run it in your project.', code: { language: 'sh', text: 'opencode' } },
    ],
    sources: ['opencode: “Providers”, “Config”'],
    tested: 'context/PROGRAMS.md (driven unmodified)',
  },
  {
    id: 'aider',
    title: 'aider',
    group: 'Agents',
    speaks: 'OpenAI, Chat Completions',
    words: 'cli .aider.conf.yml pair programming',
    clients: [],
    libraries: ['openai-python', 'litellm'],
    steps: (values) => [
      {
        text: 'Put this into the file .aider.conf.yml in your home.',
        code: {
          language: 'yaml',
          text: [
            `openai-api-base: ${values.url}/v1`,
            `openai-api-key: ${keyText(values)}`,
            `model: openai/${values.model}`,
          ].join('\n'),
        },
      },
      { text: 'Run it in your project.', code: { language: 'sh', text: 'aider' } },
    ],
    notes: [
      'aider rewrites its last message with each question, so its history is replayed. With reminder: sys and examples_as_sys_msg: true in .aider.model.settings.yml, follow-ups are faster.',
    ],
    sources: ['aider: “OpenAI compatible APIs”, “YAML config file”'],
    tested: 'context/PROGRAMS.md (driven unmodified)',
  },
];
