/**
 * Anthropic's and OpenAI's Python packages in their strict mode, in which they refuse an answer that does not have exactly the type of
 * their own. Needs Python 3.9 or newer.
 */
import { pipInstall } from '../programs/install';
import { text, thinking, toolUse } from '../support/messagesApi';
import { runSuiteCommand, type Suite, suiteFile } from './suite';

export const strictPython: Suite = {
  name: 'strict',
  // The versions that the checks were written for.
  install: (cache) => pipInstall(cache, 'anthropic', '2.14.0', 'python', { also: ['openai==3.57.0'] }),
  run: async (app, python) => {
    app.api.chooseAnswer(({ history }) => {
      const question = JSON.stringify(history.at(-1));
      if (question.includes('Call the tool.')) return [text('I look.'), toolUse('weather', { city: 'Oslo' })];
      return question.includes('Think.') ? [thinking('Hm.', ' Well.'), text('Yes.')] : undefined;
    });
    const { code, output } = await runSuiteCommand(app, python, [suiteFile('strict', 'checks.py'), app.url]);
    const lines = output.trim().split('\n');
    const failures = lines.filter((line) => line.startsWith('failed '));
    return {
      passed: lines.filter((line) => line.startsWith('ok ')).length,
      failures: code === 0 ? failures : [...failures, `it ended with ${code}: ${lines.slice(-5).join('\n')}`],
      skipped: [],
    };
  },
};
