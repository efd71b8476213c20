/**
 * The interface through which the tests of the table use each package. An implementation calls the package as its documentation shows
 * and returns what the package returns, as plain data.
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
  /** The last turn is the user's. */
  readonly turns: readonly Turn[];
  /** A PNG in base64 that is part of the last turn. */
  readonly image?: string;
  /** Default: the package's default. */
  readonly think?: boolean;
  readonly stop?: string;
  readonly maxTokens?: number;
  readonly signal?: AbortSignal;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: z.ZodObject;
  /** @throws if the tool fails; the client reports the error to the model. */
  run(input: unknown): string;
}

export interface Answer {
  readonly text: string;
  /** Empty if there was none. */
  readonly thinking: string;
  /** Why the answer ended, in the package's terms. */
  readonly finish: string | null | undefined;
  readonly usage: { readonly input: number | undefined; readonly output: number | undefined };
}

/** A refusal as the package reports it to its user. */
export interface Refusal {
  readonly status: number | undefined;
  readonly message: string;
}

/** The package, connected to a server; without retries if the package has a setting for them. */
export interface Connection {
  chat(question: Question): Promise<Answer>;
  /** @param onText called with each piece of text as the package delivers it. */
  stream(question: Question, onText: (piece: string) => void): Promise<Answer>;
  /** Runs the tools that the model calls until it stops calling them. */
  runTools(question: Question, tools: readonly Tool[]): Promise<Answer>;
  /** The answer as an object of the schema. */
  object(question: Question, schema: z.ZodObject): Promise<unknown>;
  /** @throws the error itself if it is not an instance of the package's class for refused requests. */
  refusal(error: unknown): Refusal;
}

export interface Client {
  readonly name: ClientName;
  /** The package's terms for why an answer ended. */
  readonly finishReasons: Readonly<Record<'end' | 'stop' | 'length', string | null>>;
  /** The effort that the package requests with `think`; absent if it can only turn thinking on. */
  readonly effort?: 'high';
  /** Whether the package marks the result of a failed tool as an error, which not every dialect supports. */
  readonly marksErrors: boolean;
  /** Whether the package keeps the request open after its user aborted the stream. Default: false. */
  readonly continuesAfterAbort?: boolean;
  /** Whether the package sends tool results without their calls. Default: false. */
  readonly dropsCalls?: boolean;
  /** The cases that the package or its API does not support, and why. */
  readonly lacks?: Readonly<Partial<Record<CaseName, string>>>;
  /** Notes on cases that work. */
  readonly remarks?: Readonly<Partial<Record<CaseName, string>>>;
  connect(url: string): Connection;
}
