/**
 * Tools of the API's that the client runs itself. The API knows their description and arguments, so clients send only the type and
 * the name (Anthropic's documentation, "Bash tool", "Text editor tool" and "Memory tool"). The CLI offers the model whatever tools it
 * is given, so here they are given to it as tools of the client's.
 */

/** What the API knows of a tool. */
export interface KnownTool {
  readonly description: string;
  /** A JSON schema of the arguments. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** Undefined for tools that the API runs, such as its web search, and for those that need a screen. */
export function knownTool(type: string): KnownTool | undefined {
  // The date is that of the version; the names of the arguments have changed little.
  const [, kind, date] = /^(bash|text_editor|memory)_(\d{8})$/.exec(type) ?? [];
  switch (kind) {
    case 'bash':
      return BASH;
    case 'text_editor':
      return textEditor(Number(date));
    case 'memory':
      return MEMORY;
    default:
      return undefined;
  }
}

const text = { type: 'string' };
const line = { type: 'integer' };

const BASH: KnownTool = {
  description:
    'Runs a command in a Bash session that stays open between calls, so that variables and the working folder remain. The result is what ' +
    'the command prints. `restart` begins a new session; it is needed where a command does not end.',
  schema: {
    type: 'object',
    properties: {
      command: { ...text, description: 'The command. Required unless the session is restarted.' },
      restart: { type: 'boolean', description: 'Whether to begin a new session.' },
    },
  },
};

const VIEW_RANGE = {
  type: 'array',
  items: line,
  minItems: 2,
  maxItems: 2,
  description: 'For `view`: the first and the last line, from 1; -1 as the last one means the end of the file.',
};

/** The first version without `undo_edit`, and whose `insert` takes `insert_text`. */
const EDITOR_WITHOUT_UNDO = 20_250_429;
const EDITOR_WITH_INSERT_TEXT = 20_250_728;

function textEditor(version: number): KnownTool {
  const undo = version < EDITOR_WITHOUT_UNDO ? ['undo_edit'] : [];
  const inserted = version < EDITOR_WITH_INSERT_TEXT ? 'new_str' : 'insert_text';
  return {
    description:
      'Views and edits files of text. `view` shows a file with line numbers, or lists a folder. `create` writes a new file. `str_replace` ' +
      'replaces a text that occurs exactly once in the file, white space included. `insert` adds a text after a line.' +
      (undo.length > 0 ? ' `undo_edit` takes back the last edit of the file.' : ''),
    schema: {
      type: 'object',
      properties: {
        command: { ...text, enum: ['view', 'create', 'str_replace', 'insert', ...undo] },
        path: { ...text, description: 'The absolute path of the file or folder.' },
        view_range: VIEW_RANGE,
        file_text: { ...text, description: 'For `create`: the content of the file.' },
        old_str: { ...text, description: 'For `str_replace`: the text to replace.' },
        new_str: { ...text, description: 'For `str_replace`: the text in its place; nothing where it is absent.' },
        insert_line: {
          ...line,
          description: 'For `insert`: the line after which the text is added; 0 means the beginning.',
        },
        [inserted]: { ...text, description: insertedDescription(inserted) },
      },
      required: ['command', 'path'],
    },
  };
}

function insertedDescription(name: string): string {
  const added = 'For `insert`: the text to add.';
  return name === 'new_str' ? `For \`str_replace\`: the text in its place. ${added}` : added;
}

const MEMORY: KnownTool = {
  description:
    'Keeps notes in files below /memories, from one conversation to the next. Look at the folder before anything else, and note down what ' +
    'will be needed later. `view` shows a file or lists the folder; `create`, `str_replace` and `insert` write; `delete` and `rename` tidy up.',
  schema: {
    type: 'object',
    properties: {
      command: { ...text, enum: ['view', 'create', 'str_replace', 'insert', 'delete', 'rename'] },
      path: { ...text, description: 'The path below /memories. Required by all commands but `rename`.' },
      view_range: VIEW_RANGE,
      file_text: { ...text, description: 'For `create`: the content of the file.' },
      old_str: { ...text, description: 'For `str_replace`: the text to replace.' },
      new_str: { ...text, description: 'For `str_replace`: the text in its place.' },
      insert_line: { ...line, description: 'For `insert`: the line after which the text is added.' },
      insert_text: { ...text, description: 'For `insert`: the text to add.' },
      old_path: { ...text, description: 'For `rename`: the path so far.' },
      new_path: { ...text, description: 'For `rename`: the new path.' },
    },
    required: ['command'],
  },
};
