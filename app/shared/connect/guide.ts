/** What a guide says: how one program is connected to this server. Its texts are in app/connect/guides. */

/** The headings under which guides are listed, in this order. */
export const GUIDE_GROUPS = ['Chat', 'Editors', 'Agents', 'Libraries', 'Automation', 'Command line'] as const;
export type GuideGroup = (typeof GUIDE_GROUPS)[number];

/** Where the program runs, seen from the server. `here`: on the same computer; `container`: in a container on it. */
export const PLACES = ['here', 'other', 'container'] as const;
export type Place = (typeof PLACES)[number];

/** What a guide's texts are made from. */
export interface GuideValues {
  /** The server's address as the program reaches it, without a slash at its end: `http://192.168.1.10:22434`. */
  readonly url: string;
  /** An API key; null where the program needs none. */
  readonly key: string | null;
  /** `sonnet` */
  readonly model: string;
  readonly place: Place;
  /** The system that the program runs on, as Node names it. */
  readonly platform: string;
}

export interface GuideStep {
  /** A sentence or two. Names of menus are in “quotes”. */
  readonly text: string;
  /** A text that is copied as a whole: a command, a file, a program. */
  readonly code?: { readonly language: string; readonly text: string } | undefined;
  /** The fields of a form, which are copied one by one. */
  readonly fields?: readonly (readonly [label: string, value: string])[] | undefined;
}

export interface Guide {
  readonly id: string;
  readonly title: string;
  readonly group: GuideGroup;
  /** What the program speaks with the server, in a few words: `Ollama`, `OpenAI, Chat Completions`. */
  readonly speaks: string;
  /** Further words by which it is found. */
  readonly words?: string;
  readonly steps: (values: GuideValues) => readonly GuideStep[];
  /** The names under which the log lists its requests (app/api/http/clientName.ts), and no other program's. */
  readonly clients: readonly string[];
  /** Such names of libraries, which other programs use as well: a request under one may be another program's. */
  readonly libraries?: readonly string[];
  /** Whether the program can only send a key as a part of the address. */
  readonly keyInUrl?: boolean;
  /** What the user should know besides. */
  readonly notes?: readonly string[];
  /** Pages of the program's documentation from which the facts come. */
  readonly sources: readonly string[];
  /** Where this project runs the program, or its requests; absent where it does not. */
  readonly tested?: string;
}

/** A guide without its steps, which depend on the values. */
export type GuideSummary = Omit<Guide, 'steps'>;

/** What stands in a guide for a key that is not made yet. */
export const KEY_PLACEHOLDER = 'YOUR-KEY';

/** For programs that insist on a key where none is needed. */
export function keyText({ key }: GuideValues): string {
  return key ?? 'unused';
}

/** The address for programs that send no key but in the address. */
export function keyedUrl({ url, key }: GuideValues): string {
  return key === null ? url : `${url}/k/${key}`;
}

/** Sets variables of the environment and runs a command, in the language of the system's usual shell. */
export function shellCode(
  { platform }: GuideValues,
  variables: Readonly<Record<string, string>>,
  command?: string,
): { language: string; text: string } {
  const isWindows = platform === 'win32';
  const lines = Object.entries(variables).map(([name, value]) =>
    isWindows ? `$env:${name} = '${value}'` : `export ${name}='${value}'`,
  );
  return {
    language: isWindows ? 'powershell' : 'sh',
    text: [...lines, ...(command === undefined ? [] : [command])].join('\n'),
  };
}
