/** What every way of asking is asked, so that the figures can be compared. */

export interface Question {
  readonly model: string;
  readonly system: string;
  /** The user's and the model's words in turn; the last are the user's. */
  readonly words: readonly string[];
}

/** What the stand-in answers, in so many deltas. */
export const ANSWER = ['The answer', ' is', ' forty-two.'] as const;

/** What the model may call. */
export const TOOL = { name: 'get_answer', description: 'The answer.', parameters: { type: 'object', properties: {} } };

/** @param exchanges questions with their answers ahead of the last question. @param mark makes the words new to everybody. */
export function question(model: string, system: string, mark: string, exchanges = 0): Question {
  const history = Array.from({ length: exchanges }, (_, at) => [
    `${mark}: question ${at + 1} of many, of about the length at which people write to a model when they talk with it.`,
    `${mark}: answer ${at + 1}, which is a little longer than the question, since that is how models talk. `.repeat(3),
  ]);
  return { model, system, words: [...history.flat(), `${mark}: and what is the answer?`] };
}

/** The next question of the same conversation. */
export function followUp({ model, system, words }: Question): Question {
  return { model, system, words: [...words, ANSWER.join(''), 'Are you sure?'] };
}
