/** The questions of the benchmark, the same for every row, so that the rows can be compared. */

/** A conversation whose last message is to be answered. */
export interface Question {
  readonly model: string;
  readonly system: string;
  /** The texts of user and model in turn, first and last the user's. */
  readonly texts: readonly string[];
}

/** The answer of the mocked Messages API, as deltas. */
export const ANSWER = ['The answer', ' is', ' forty-two.'] as const;

/** The tool that the benchmark's client offers. */
export const TOOL = { name: 'get_answer', description: 'The answer.', parameters: { type: 'object', properties: {} } };

/**
 * A question without tools.
 * @param mark makes the texts different from those of all other questions, so that nothing has cached them
 * @param exchanges how many questions with their answers precede the last question
 */
export function makeQuestion(model: string, system: string, mark: string, exchanges = 0): Question {
  const history = Array.from({ length: exchanges }, (_, index) => [
    `${mark}: question ${index + 1} of many, of about the length at which people write to a model when they talk with it.`,
    `${mark}: answer ${index + 1}, which is a little longer than the question, since that is how models talk. `.repeat(
      3,
    ),
  ]);
  return { model, system, texts: [...history.flat(), `${mark}: and what is the answer?`] };
}

/** The next question of the same conversation. */
export function followUpOf({ model, system, texts }: Question): Question {
  return { model, system, texts: [...texts, ANSWER.join(''), 'Are you sure?'] };
}
