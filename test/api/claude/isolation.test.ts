/**
 * Nothing of the user's reaches a conversation. Everything that could is laid out first, and a CLI that is not isolated
 * is shown to take it in: so that a trap that has gone off nowhere cannot pass for isolation.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RecordedRequest } from '../../support/messagesApi';
import { type RawCli, type RawCliTest, startRawCliTest } from './rawCli';

const MARK = 'OF-THE-USER';

let rig: RawCliTest;

beforeAll(async () => {
  rig = await startRawCliTest();
  for (const folder of [rig.home, rig.cwd]) await layOut(folder);
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

describe('isolated', () => {
  let asked: RecordedRequest;
  let cli: RawCli;

  beforeAll(async () => {
    [asked, cli] = await ask({ isolated: true });
  });

  test('a CLAUDE.md, a skill, an agent and an output style reach the API from no folder', () => {
    expect(JSON.stringify(asked.body)).not.toContain(MARK);
  });

  test('no tool is offered', () => {
    expect(asked.body.tools).toEqual([]);
    expect(cli.lines.find(({ subtype }) => subtype === 'init')).toMatchObject({ tools: [], mcp_servers: [] });
  });

  test('no hook and no MCP server is run', async () => {
    expect(await whatRan()).toEqual([]);
  });

  test('nothing of the conversation is kept', async () => {
    const files = await readdir(path.join(rig.home, '.claude'), { recursive: true });

    expect(files.filter((file) => file.endsWith('.jsonl'))).toEqual([]);
  });
});

describe('not isolated', () => {
  test('all of it is taken in', async () => {
    const [asked, cli] = await ask({ isolated: false });

    const body = JSON.stringify(asked.body);
    expect(body).toContain(`${MARK} instructions`);
    expect(body).toContain(`${MARK} skill`);
    expect(asked.body.tools?.length).toBeGreaterThan(0);
    expect(await whatRan()).toEqual(expect.arrayContaining(['ran-mcp', 'ran-SessionStart', 'ran-UserPromptSubmit']));
    await cli.end();
  });
});

async function ask({ isolated }: { isolated: boolean }): Promise<[RecordedRequest, RawCli]> {
  rig.api.reset();
  const cli = rig.start({ isolated, kept: true });
  await cli.request({ subtype: 'initialize', systemPrompt: [] });
  await cli.ask('hi');
  return [await rig.api.waitForRequest(1), cli];
}

async function whatRan(): Promise<string[]> {
  return (await readdir(rig.home)).filter((file) => file.startsWith('ran-'));
}

/** What people have in their home and in their projects. */
async function layOut(folder: string): Promise<void> {
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
