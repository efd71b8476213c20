/** Guides of commands for the terminal. */
import { type Guide, type GuideValues, keyedUrl, shellCode } from '../../shared/connect/guide';

export const COMMAND_LINE_GUIDES: readonly Guide[] = [
  {
    id: 'ollama',
    title: 'The ollama command',
    group: 'Command line',
    speaks: 'Ollama',
    words: 'OLLAMA_HOST run terminal',
    clients: ['ollama'],
    steps: (values) => [
      {
        text: 'Set the address for this terminal and ask.',
        code: shellCode(values, { OLLAMA_HOST: keyedUrl(values) }, `ollama run ${values.model} "Why is the sky blue?"`),
      },
      {
        text: 'For every terminal, keep the variable.',
        code:
          values.platform === 'win32'
            ? { language: 'powershell', text: `setx OLLAMA_HOST ${keyedUrl(values)}` }
            : { language: 'sh', text: `echo "export OLLAMA_HOST='${keyedUrl(values)}'" >> ~/.profile` },
      },
    ],
    keyInUrl: true,
    notes: [
      'Other programs of this computer that read OLLAMA_HOST come here as well then. pull and rm change nothing: Claude’s models are not files.',
    ],
    sources: ['Ollama: “FAQ”, “CLI Reference”'],
    tested: 'context/PROGRAMS.md (driven unmodified)',
  },
  {
    id: 'llm',
    title: 'llm',
    group: 'Command line',
    speaks: 'OpenAI, Chat Completions',
    words: 'datasette simon willison extra-openai-models.yaml python',
    clients: [],
    libraries: ['openai-python'],
    steps: (values) => [
      {
        text: 'Find the folder of its files.',
        code: { language: 'sh', text: 'dirname "$(llm logs path)"' },
      },
      {
        text: 'Put this into extra-openai-models.yaml there.',
        code: {
          language: 'yaml',
          text: [
            `- model_id: claudacity-${values.model}`,
            `  model_name: ${values.model}`,
            `  api_base: ${values.url}/v1`,
            ...(values.key === null ? [] : ['  api_key_name: claudacity']),
            '  supports_tools: true',
            '  vision: true',
          ].join('\n'),
        },
      },
      ...(values.key === null
        ? []
        : [
            {
              text: 'Store the key.',
              code: { language: 'sh', text: `llm keys set claudacity --value '${values.key}'` },
            },
          ]),
      { text: 'Ask.', code: { language: 'sh', text: `llm -m claudacity-${values.model} "Why is the sky blue?"` } },
    ],
    sources: ['LLM: “Other models”'],
    tested: 'context/PROGRAMS.md (driven unmodified)',
  },
  {
    id: 'curl',
    title: 'curl',
    group: 'Command line',
    speaks: 'Ollama, OpenAI or Anthropic',
    words: 'http rest test',
    clients: ['curl'],
    steps: (values) => [
      { text: 'Ask as Ollama’s clients do.', code: curl(values, '/api/generate', { prompt: 'Why is the sky blue?' }) },
      { text: 'As OpenAI’s.', code: curl(values, '/v1/chat/completions', { messages: QUESTION }) },
      { text: 'As Anthropic’s.', code: curl(values, '/v1/messages', { max_tokens: 1024, messages: QUESTION }) },
    ],
    notes: ['The address with /docs at its end describes every endpoint.'],
    sources: ['Claudacity: README'],
  },
];

const QUESTION = [{ role: 'user', content: 'Why is the sky blue?' }];

/** Windows' own shells cannot quote JSON for curl.exe; PowerShell has a command of its own. */
function curl({ url, key, model, platform }: GuideValues, path: string, body: object) {
  const json = JSON.stringify({ model, ...body });
  if (platform === 'win32') {
    const headers = key === null ? '' : ` -Headers @{ Authorization = 'Bearer ${key}' }`;
    return {
      language: 'powershell',
      text: `Invoke-WebRequest -UseBasicParsing -Method Post -ContentType application/json${headers} -Uri ${url}${path} -Body '${json}'`,
    };
  }
  const headers = ['content-type: application/json', ...(key === null ? [] : [`authorization: Bearer ${key}`])];
  return {
    language: 'sh',
    text: [`curl ${url}${path}`, ...headers.map((header) => `  -H '${header}'`), `  -d '${json}'`].join(' \\\n'),
  };
}
