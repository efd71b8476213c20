/** The question and the answer that the documentation of every dialect shows. */
export const EXAMPLE_MODEL = 'sonnet';
export const EXAMPLE_QUESTION = 'Why is the sky blue?';
export const EXAMPLE_ANSWER = 'Because air scatters blue light more than red.';
export const EXAMPLE_MESSAGE = { role: 'user', content: EXAMPLE_QUESTION };
