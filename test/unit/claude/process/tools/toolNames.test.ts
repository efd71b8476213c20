import { expect, test } from 'vitest';
import { clientToolName, cliToolName } from '../../../../../app/claude/process/tools/toolNames';

test.each([
  ['ToolSearch', 'ClientToolSearch'],
  ['ClientToolSearch', 'ClientClientToolSearch'],
  ['Client', 'Client'],
  ['MyToolSearch', 'MyToolSearch'],
  ['ToolSearch2', 'ToolSearch2'],
])('%s is %s on the side of the CLI, and back', (name, cliName) => {
  expect(cliToolName(name)).toBe(cliName);
  expect(clientToolName(cliName)).toBe(name);
});
