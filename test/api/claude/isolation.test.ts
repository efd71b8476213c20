/**
 * An isolated CLI uses no files of the user's. The last test checks that a CLI without isolation does use them, so that a
 * mistake in the files cannot pass for isolation.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RecordedRequest } from '../../support/messagesApi';
import { type RawCli, type RawCliTest, startRawCliTest } from './rawCli';

/** Every file of the user's contains this text. */
const MARK = 'OF-THE-USER';

let rig: RawCliTest;

beforeAll(async () => {
  rig = await startRawCliTest();
  for (const folder of [rig.home, rig.cwd]) await writeUserFiles(folder);
  const server = { command: 'sh', args: ['-c', `touch ${rig.home}/ran-mcp; cat`] };
  await writeFile(path.join(rig.cwd, '.mcp.json'), JSON.stringify({ mcpServers: { user: server } }));
  await writeFile(
    path.join(rig.home, '.claude.json'),
    JSON.stringify({
      hasCompletedOnboarding: true,
      mcpServers: { user: server },
      projects: { [rig.cwd]: { hasTrustDialogAccepted: true, enabledMcpjsonServers: ['user'] } },
    }),
  );
});

afterAll(() => rig.stop());

describe('an isolated CLI', () => {
  let request: RecordedRequest;
  let cli: RawCli;

  beforeAll(async () => {
    [request, cli] = await ask({ isolated: true });
  });

  test('sends the API no CLAUDE.md, skill, agent or output style from any folder', () => {
    expect(JSON.stringify(request.body)).not.toContain(MARK);
  });

  test('offers the model no tool', () => {
    expect(request.body.tools).toEqual([]);
    expect(cli.lines.find(({ subtype }) => subtype === 'init')).toMatchObject({ tools: [], mcp_servers: [] });
  });

  test('runs no hook and no MCP server', async () => {
    expect(await programsThatRan()).toEqual([]);
  });

  test('stores no conversation', async () => {
    const files = await readdir(path.join(rig.home, '.claude'), { recursive: true });

    expect(files.filter((file) => file.endsWith('.jsonl'))).toEqual([]);
  });
});

describe('a CLI without isolation', () => {
  test('uses the user’s files, tools, hooks and MCP servers', async () => {
    const [request, cli] = await ask({ isolated: false });

    const body = JSON.stringify(request.body);
    expect(body).toContain(`${MARK} instructions`);
    expect(body).toContain(`${MARK} skill`);
    expect(request.body.tools?.length).toBeGreaterThan(0);
    expect(await programsThatRan()).toEqual(
      expect.arrayContaining(['ran-mcp', 'ran-SessionStart', 'ran-UserPromptSubmit']),
    );
    await cli.end();
  });
});

async function ask({ isolated }: { isolated: boolean }): Promise<[RecordedRequest, RawCli]> {
  rig.api.reset();
  const cli = rig.start({ isolated, shared: true });
  await cli.request({ subtype: 'initialize', systemPrompt: [] });
  await cli.ask('hi');
  return [await rig.api.waitForRequest(1), cli];
}

async function programsThatRan(): Promise<string[]> {
  return (await readdir(rig.home)).filter((file) => file.startsWith('ran-'));
}

/** Writes the files that people have in their home and in their projects. */
async function writeUserFiles(folder: string): Promise<void> {
  const hook = (event: string) => [
    { hooks: [{ type: 'command', command: `touch ${rig.home}/ran-${event}; echo ${MARK} hook` }] },
  ];
  const settings = JSON.stringify({
    hooks: Object.fromEntries(['SessionStart', 'UserPromptSubmit', 'Stop'].map((event) => [event, hook(event)])),
    enabledPlugins: { 'of-the-user@market': true },
    outputStyle: 'user',
  });
  for (const [file, content] of [
    ['CLAUDE.md', `${MARK} instructions`],
    ['.claude/CLAUDE.md', `${MARK} instructions`],
    ['.claude/settings.json', settings],
    ['.claude/settings.local.json', settings],
    ['.claude/skills/user/SKILL.md', `---\nname: user\ndescription: ${MARK} skill\n---\nx`],
    ['.claude/agents/user.md', `---\nname: user\ndescription: ${MARK} agent\n---\nx`],
    ['.claude/output-styles/user.md', `---\nname: user\ndescription: x\n---\n${MARK} style`],
  ] as const) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), content);
  }
}
