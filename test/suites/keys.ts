/** The Python packages of Ollama, OpenAI and Anthropic with an API key in each place where they can have one: a header, the URL, the path. */
import { pipInstall } from '../programs/install';
import { runSuiteCommand, type Suite, suiteFile } from './suite';

const KEY_NAME = 'Python';

export const keys: Suite = {
  name: 'keys',
  install: (cache) => pipInstall(cache, 'ollama', '0.6.3', 'python', { also: ['anthropic==2.14.0', 'openai==3.57.0'] }),
  run: async (app, python) => {
    const { secret, apiKey } = app.core.calls['keys.create']({ name: KEY_NAME, inUrl: true });
    const host = `127.0.0.1:${app.port}`;
    const { code, output } = await runSuiteCommand(app, python, [suiteFile('keys', 'checks.py'), host, secret]);
    const lines = output.trim().split('\n');
    const failures = lines.filter((line) => line.startsWith('failed '));
    if (code !== 0) failures.push(`it ended with ${code}: ${lines.slice(-5).join('\n')}`);
    // On this computer a request without a key is answered, too.
    const keyless = app.core.snapshot().requests.filter(({ keyId }) => keyId !== apiKey.id);
    failures.push(...keyless.map(({ path, client }) => `the key did not arrive: ${client} ${path}`));
    return { passed: lines.filter((line) => line.startsWith('ok ')).length, failures, skipped: [] };
  },
};
