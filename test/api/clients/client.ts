/**
 * What the matrix of clients asks of each package: the same questions, put as the package's own users put them. Behind this
 * is nothing but the package; what comes back is what it gives its user, as plain data.
 */
import type { z } from 'zod';
import type { CaseName, ClientName } from './names';

export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

export interface Question {
  /** Default: `sonnet`. */
  readonly model?: string;
  readonly system?: string;
  /** The last one is the user's. */
  readonly turns: readonly Turn[];
  /** A PNG in base64, shown with the last turn. */
  readonly image?: string;
  /** Default: as the package has it when it is not told. */
  readonly think?: boolean;
  readonly stop?: string;
  readonly maxTokens?: number;
  readonly signal?: AbortSignal;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: z.ZodObject;
  /** @throws where the tool fails, for the client to tell the model. */
  run(input: unknown): string;
}

export interface Answer {
  readonly text: string;
  /** Empty where there was none. */
  readonly thinking: string;
  /** Why it ended, in the package's own word. */
  readonly finish: string | null | undefined;
  readonly usage: { readonly input: number | undefined; readonly output: number | undefined };
}

/** How the package shows its user what was refused. */
export interface Refusal {
  readonly status: number | undefined;
  readonly message: string;
}

/** The package, pointed at a server, not to ask twice where it has a setting for that. */
export interface Connection {
  chat(question: Question): Promise<Answer>;
  /** @param onText gets each piece of the answer's text as the package hands it out. */
  stream(question: Question, onText: (piece: string) => void): Promise<Answer>;
  /** Lets the model use the tools for as many rounds as it wants. */
  runTools(question: Question, tools: readonly Tool[]): Promise<Answer>;
  /** The answer as the schema's object. */
  object(question: Question, schema: z.ZodObject): Promise<unknown>;
  /** @throws the error itself where it is not of the package's own class for what a server has refused. */
  refusal(error: unknown): Refusal;
}

export interface Client {
  readonly name: ClientName;
  /** The package's words for why an answer ended. */
  readonly finishes: Readonly<Record<'end' | 'stop' | 'length', string | null>>;
  /** How hard the model is to think where `think` is asked for; absent where the package says only yes or no. */
  readonly effort?: 'high';
  /** Whether the model can tell the result of a tool that failed from others: where the dialect has no mark, the words have to do. */
  readonly marksErrors: boolean;
  /** Whether a stream that is aborted ends for the program alone, and the request goes on behind its back. Default: no. */
  readonly staysOnAbort?: boolean;
  /** Whether tool results are sent without the calls that they answer. Default: no. */
  readonly dropsCalls?: boolean;
  /** The cases that the package, or its endpoint, has nothing for, and why. */
  readonly lacks?: Readonly<Partial<Record<CaseName, string>>>;
  /** What is to be known of cases that work. */
  readonly remarks?: Readonly<Partial<Record<CaseName, string>>>;
  connect(url: string): Connection;
}
