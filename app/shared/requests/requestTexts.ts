/** What a request said, as the window shows it: question and answer in words, and headers and bodies as they went over the wire. */

/** A part of a message. Binary content is described, never carried, except an image that is small enough to show. */
export type SaidPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'thinking'; readonly text: string }
  /** `input` is JSON, complete once `done`. */
  | {
      readonly kind: 'tool_call';
      readonly id: string;
      readonly name: string;
      readonly input: string;
      readonly done: boolean;
    }
  | { readonly kind: 'tool_result'; readonly id: string; readonly isError: boolean; readonly text: string }
  /** `dataUrl` is null where the image is larger than 1 MB. */
  | { readonly kind: 'image'; readonly mediaType: string; readonly bytes: number; readonly dataUrl: string | null }
  | { readonly kind: 'document'; readonly title: string; readonly bytes: number };

/**
 * Why the texts of a request are not there. `private`: the user's settings keep texts out. `no_model`: the request asked no model. `deleted`:
 * they were deleted with the history or are older than it is kept.
 */
export type TextsWithheld = 'private' | 'no_model' | 'deleted';

/** Question and answer of one request. */
export interface RequestTexts {
  /** The system prompt's first characters; '' for none. */
  readonly system: string;
  /** How many messages came before the question. */
  readonly earlierMessages: number;
  /** What is new in this request: all after the last answer. */
  readonly question: readonly SaidPart[];
  /** The answer so far. */
  readonly answer: readonly SaidPart[];
  /** Rises with every change of the answer; `requests.said` with this number returns null until there is more. */
  readonly version: number;
  /** Whether more may come. */
  readonly running: boolean;
}

/** One side of a request as it went over the wire, with secrets masked. */
export interface WireSide {
  /** In their order, names as they were sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Text, at most 256 KB; null where it was not kept. Binary data in it is replaced by its size. */
  readonly body: string | null;
  /** All bytes of the body, also where a part of it is shown. */
  readonly bytes: number;
  readonly truncated: boolean;
}

export interface RequestWire {
  readonly request: WireSide;
  readonly response: WireSide;
}
