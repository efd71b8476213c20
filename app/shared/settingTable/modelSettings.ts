/** The settings of the table about models, and about what is sent to them. */
import { MODEL_ALIASES, parseModelAlias } from '../cli/modelAliases';
import { list, text, toggle } from '../settingKinds';

export const MODEL_SETTINGS = {
  modelAliases: list({
    default: [],
    check: { test: (item) => parseModelAlias(item) !== null, expected: MODEL_ALIASES },
    group: 'models',
    label: 'Further names',
    description: 'further names of models, as name=model, by commas',
    note: 'For programs with a fixed name of a model: gpt-4o=sonnet. The names are listed, too, and win over a model’s own name.',
    placeholder: 'none',
    variables: ['CLAUDACITY_MODEL_ALIASES'],
    defaultText: 'none',
  }),
  defaultModel: text({
    default: '',
    maxLength: 200,
    group: 'models',
    label: 'Default model',
    description: 'the model that answers `default`, and every name that stands for no model',
    note: 'Leave empty to refuse names that stand for no model, with a list of those that do.',
    placeholder: 'unknown names are refused',
    variables: ['CLAUDACITY_DEFAULT_MODEL'],
    defaultText: 'none: unknown names are refused',
  }),
  unlistedModels: list({
    default: [],
    group: 'models',
    label: 'Listed models',
    description:
      'models that programs do not see in their lists, by commas; they answer all the same when they are named',
    note: 'Programs see the checked ones in their lists. The others answer all the same when they are named.',
    placeholder: 'none',
    variables: ['CLAUDACITY_UNLISTED_MODELS'],
    defaultText: 'none',
  }),
  taskModel: text({
    default: '',
    group: 'models',
    label: 'Model for tasks',
    description:
      'the model that writes titles, tags, follow-up questions and search queries about a chat and selects its tools',
    note: 'Open WebUI sends these tasks beside each chat. They run without thinking and at low effort. Leave empty for the model that it names.',
    placeholder: 'the model of the request',
    defaultText: 'the model of the request',
  }),
  sendSampling: toggle({
    default: false,
    group: 'models',
    label: 'Send temperature, top_p and top_k',
    description: 'send temperature, top_p and top_k to the model',
    note: 'Today’s models refuse them. When this is off, the response says that they were ignored.',
  }),
  sendReasoning: toggle({
    default: true,
    group: 'models',
    label: 'Send thinking to OpenAI clients',
    description: 'send thinking as reasoning_content to chat clients of OpenAI that do not request it',
    note: 'Open WebUI, LibreChat and others show it. Clients that do not know it ignore it.',
  }),
};
